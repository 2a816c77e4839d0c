/** Calls of one execution: the one under construction and those performed. Digest system-api section 6, "Calls". */

import {concatBytes, encodeUtf8} from '../../base/bytes.js'
import {type CanisterId, principalToText} from '../../protocol/principal.js'
import {type CallPrepayment, callPrepayment, totalPrepayment} from '../cycles/call-charge.js'
import type {Closure} from '../state/call-contexts.js'
import {RESERVED_RESPONSE_BYTES} from '../state/canister-queues.js'
import {MESSAGE_OVERHEAD_BYTES} from '../state/messages.js'
import {contractViolation, failure} from './errors.js'
import {MAX_CALL_BYTES} from './limits.js'
import {isReplicated} from './modes.js'
import type {Sandbox} from './sandbox.js'
import type {PerformedCall} from './system-state-changes.js'

export interface CallDraft {
  readonly receiver: CanisterId
  readonly method: string
  readonly parts: Uint8Array[]
  bytes: number
  cycles: bigint
  deadlineSeconds: number | undefined
  readonly onReply: Closure
  readonly onReject: Closure
  onCleanup?: Closure
}

/** `call_perform`: queued. */
const QUEUED = 0
/** `call_perform`: not performed, there will be no callback. IC: SYS_TRANSIENT. */
const NOT_PERFORMED = 2

const FREE_OF_CHARGE: CallPrepayment = {requestCycles: 0n, responseTransmissionCycles: 0n, responseExecutionCycles: 0n}

export class CallList {
  readonly #sandbox: Sandbox
  readonly #performed: PerformedCall[] = []
  readonly #sentTo = new Map<CanisterId, number>()
  #draft: CallDraft | undefined
  /** What the messages of the performed calls occupy. */
  #messageBytes = 0

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }

  get performed(): readonly PerformedCall[] {
    return this.#performed
  }

  begin(receiver: CanisterId, method: string, onReply: Closure, onReject: Closure): void {
    this.dropDraft()
    const bytes = encodeUtf8(method).length
    this.#draft = {receiver, method, parts: [], bytes, cycles: 0n, deadlineSeconds: undefined, onReply, onReject}
  }

  /** The call under construction. Throws HostTrap IC0504 when there is none; `name` is the function that needs it. */
  getDraft(name: string): CallDraft {
    if (!this.#draft) throw contractViolation(`ic0.${name} called when no call is under construction.`)
    return this.#draft
  }

  /** Throws HostTrap IC0504 when the payload would become too large. */
  checkRoom(draft: CallDraft, bytes: number): void {
    const total = draft.bytes + bytes
    if (total > MAX_CALL_BYTES)
      throw contractViolation(
        `Request to ${principalToText(draft.receiver)}:${draft.method} has a payload size of ${total}, which exceeds the allowed limit of ${MAX_CALL_BYTES}.`,
      )
  }

  append(draft: CallDraft, bytes: Uint8Array): void {
    draft.parts.push(bytes)
    draft.bytes += bytes.length
  }

  /** Takes cycles for the call from the balance at once. Throws HostTrap IC0504 when it would fall below the freezing limit. */
  attachCycles(draft: CallDraft, cycles: bigint): void {
    if (!this.#sandbox.account.spend(cycles)) throw failure('IC0504', `Canister ${this.#sandbox.canisterText} is out of cycles`)
    draft.cycles += cycles
  }

  /** Ends the construction; the result is that of `call_perform`. */
  perform(draft: CallDraft): number {
    const price = this.#priceOf(draft)
    const messageBytes = messageBytesOf(draft)
    if (!this.#hasRoom(draft, messageBytes) || !this.#sandbox.account.spend(totalPrepayment(price), messageBytes)) {
      this.dropDraft()
      return NOT_PERFORMED
    }
    this.#draft = undefined
    this.#messageBytes += messageBytes
    this.#sentTo.set(draft.receiver, (this.#sentTo.get(draft.receiver) ?? 0) + 1)
    const {receiver, method, cycles, onReply, onReject, onCleanup} = draft
    const payload = draft.parts.length === 1 ? draft.parts[0]! : concatBytes(...draft.parts)
    const deadlineSeconds = draft.deadlineSeconds ?? 0
    this.#performed.push({receiver, method, payload, cycles, ...price, deadlineSeconds, onReply, onReject, onCleanup})
    return QUEUED
  }

  /** Forgets the call under construction; its cycles go back to the balance. */
  dropDraft(): void {
    if (this.#draft) this.#sandbox.account.giveBack(this.#draft.cycles)
    this.#draft = undefined
  }

  #priceOf(draft: CallDraft): CallPrepayment {
    const {mode, input} = this.#sandbox
    if (!isReplicated(mode)) return FREE_OF_CHARGE
    const {fees, messageInstructionLimit} = input.subnet
    return callPrepayment(fees, {
      requestBytes: draft.bytes,
      instructionLimit: messageInstructionLimit,
      isWasm64: input.canister.isWasm64,
    })
  }

  /** A slot in the queue, a callback and memory for the messages. Queries hold their calls elsewhere. */
  #hasRoom({receiver, deadlineSeconds}: CallDraft, messageBytes: number): boolean {
    const {canister, subnet} = this.#sandbox.input
    const {availableCallbacks = Number.POSITIVE_INFINITY, availableMessageBytes = Number.POSITIVE_INFINITY} = subnet
    if ((this.#sentTo.get(receiver) ?? 0) >= (canister.freeSlots.get(receiver) ?? canister.maxFreeSlots)) return false
    if (this.#performed.length >= availableCallbacks) return false
    return deadlineSeconds !== undefined || this.#messageBytes + messageBytes <= availableMessageBytes
  }
}

/** What a call keeps occupied until its response is taken: a guaranteed one at least the largest response. */
function messageBytesOf(draft: CallDraft): number {
  const bytes = draft.bytes + MESSAGE_OVERHEAD_BYTES
  return draft.deadlineSeconds === undefined ? Math.max(bytes, RESERVED_RESPONSE_BYTES) : bytes
}
