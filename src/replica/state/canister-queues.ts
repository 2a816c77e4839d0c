/**
 * The message queues of one canister: one ingress queue, and one input and one output queue per other canister.
 *
 * Every request reserves the slot of its response in the opposite queue, so that a response always fits.
 * Source: digest execution-and-cycles section 2, "Queues".
 */

import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import {InputTurns, type TurnsSnapshot} from './input-turns.js'
import {type MessageQueue, QueueMap, type QueueSnapshot} from './message-queue.js'
import {
  type CallbackId,
  type CanisterMessage,
  type Ingress,
  MAX_PAYLOAD_BYTES,
  type Request,
  type Response,
  type ResponsePayload,
  storedBytes,
} from './messages.js'

/** Slots of each queue for requests, and as many again for responses: those in it and those promised. */
export const QUEUE_CAPACITY = 500
/** What one pending guaranteed response takes of the memory of caller and callee: the longest response and its envelope. */
export const RESERVED_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 256

/** Plain data of the queues, for checkpoints; peers in id order. */
export interface QueuesSnapshot {
  readonly ingress: readonly Ingress[]
  readonly inputs: readonly QueueSnapshot[]
  readonly outputs: readonly QueueSnapshot[]
  readonly turns: TurnsSnapshot
  readonly reservedGuaranteed: number
}

export class CanisterQueues {
  readonly ingress: Ingress[]
  readonly #inputs: QueueMap
  readonly #outputs: QueueMap
  readonly #turns: InputTurns
  /** Callbacks whose response waits in an input queue: a second one is a late answer to a call that timed out. */
  readonly #answered = new Set<CallbackId>()
  /** Reservations for guaranteed responses, in input and output queues. */
  #reservedGuaranteed: number
  /** Of the stored messages, as far as not covered by reservations. */
  #storedBytes = 0
  #bestEffortRequests = 0
  /** Of all best-effort messages. */
  #bestEffortBytes = 0
  #outputCount = 0

  constructor(snapshot?: QueuesSnapshot) {
    this.ingress = [...(snapshot?.ingress ?? [])]
    this.#turns = new InputTurns(snapshot?.turns)
    this.#reservedGuaranteed = snapshot?.reservedGuaranteed ?? 0
    this.#inputs = new QueueMap(snapshot?.inputs)
    this.#outputs = new QueueMap(snapshot?.outputs)
    for (const {messages} of snapshot?.inputs ?? []) for (const message of messages) this.#countInput(message, 1)
    for (const {messages} of snapshot?.outputs ?? []) for (const message of messages) this.#countOutput(message, 1)
  }

  /** What messages occupy: reservations for guaranteed responses, and the bytes of everything else. Ingress is not counted. */
  get memoryBytes(): number {
    return this.#reservedGuaranteed * RESERVED_RESPONSE_BYTES + this.#storedBytes
  }

  /** What calls with guaranteed response occupy or have reserved. */
  get guaranteedBytes(): number {
    return this.memoryBytes - this.#bestEffortBytes
  }

  /** What best-effort messages occupy: the other part of `memoryBytes`. */
  get bestEffortBytes(): number {
    return this.#bestEffortBytes
  }

  /** False when the output queue to `receiver`, or the input queue its response needs, has no slot left. */
  canPushOutputRequest(receiver: CanisterId): boolean {
    return fits(this.#outputs.find(receiver), this.#inputs.find(receiver))
  }

  /** How many more calls fit, for every canister with which slots are in use; any other has all `QUEUE_CAPACITY`. */
  freeOutputSlots(): Map<CanisterId, number> {
    const free = new Map<CanisterId, number>()
    const limit = (peer: CanisterId, used: number) => {
      if (used > 0) free.set(peer, Math.min(free.get(peer) ?? QUEUE_CAPACITY, QUEUE_CAPACITY - used))
    }
    for (const [peer, queue] of this.#outputs.sorted()) limit(peer, queue.requests)
    for (const [peer, queue] of this.#inputs.sorted()) limit(peer, queue.responses)
    return free
  }

  /** Queues a call and reserves the slot of its response. */
  pushOutputRequest(request: Request): void {
    invariant(this.canPushOutputRequest(request.receiver), `output queue to ${request.receiver} is full`)
    this.#outputs.with(request.receiver).push(request)
    this.#countOutput(request, 1)
    this.#reserve(this.#inputs.with(request.receiver), request)
  }

  /** Queues an answer in the slot that was reserved when its request came in. */
  pushOutputResponse(response: Response): void {
    const queue = this.#outputs.with(response.originator)
    this.#release(queue, response)
    queue.push(response)
    this.#countOutput(response, 1)
  }

  pushIngress(message: Ingress): void {
    if (this.ingress.push(message) === 1) this.#turns.addIngress()
  }

  /** False when the input queue from `sender`, or the output queue its response needs, has no slot left. */
  canPushInputRequest(sender: CanisterId): boolean {
    return fits(this.#inputs.find(sender), this.#outputs.find(sender))
  }

  /** Takes a message from another canister in; false when the queue is full. Responses always fit. */
  pushInput(message: Request | Response, group: 'local' | 'remote' = 'local'): boolean {
    const sender = message.kind === 'request' ? message.sender : message.respondent
    const queue = this.#inputs.with(sender)
    if (message.kind === 'request') {
      if (!this.canPushInputRequest(sender)) return false
      this.#reserve(this.#outputs.with(sender), message)
    } else this.#release(queue, message)
    this.#countInput(message, 1)
    queue.push(message)
    if (queue.length === 1) this.#turns.addSender(sender, group)
    return true
  }

  /** True when the answer to this callback waits already. */
  hasResponseFor(callbackId: CallbackId): boolean {
    return this.#answered.has(callbackId)
  }

  hasInput(): boolean {
    return !this.#turns.isEmpty()
  }

  hasOutput(): boolean {
    return this.#outputCount > 0
  }

  /** No message and no answer to come, in either direction. */
  isEmpty(): boolean {
    return this.ingress.length === 0 && this.#inputs.isIdle && this.#outputs.isIdle
  }

  /** The next message in turn. */
  popInput(): CanisterMessage | undefined {
    const turn = this.#turns.take()
    if (!turn) return undefined
    if (turn.group === 'ingress') {
      const message = this.ingress.shift()
      if (this.ingress.length > 0) this.#turns.addIngress()
      return message
    }
    const queue = this.#inputs.with(turn.sender)
    const message = queue.shift()
    this.#countInput(message, -1)
    if (queue.length > 0) this.#turns.addSender(turn.sender, turn.group)
    return message
  }

  /** Takes all outgoing messages out, by receiver in id order, each in sending order. */
  takeOutput(): (Request | Response)[] {
    const taken = this.#outputs.sorted().flatMap(([, queue]) => queue.takeAll())
    for (const message of taken) this.#countOutput(message, -1)
    return taken
  }

  /** Takes ingress messages out that expired before `nowNs`. */
  takeExpiredIngress(nowNs: bigint): Ingress[] {
    const expired = this.ingress.filter(({expiryNs}) => expiryNs < nowNs)
    if (expired.length === 0) return expired
    this.ingress.splice(0, this.ingress.length, ...this.ingress.filter(({expiryNs}) => expiryNs >= nowNs))
    this.#keepTurns()
    return expired
  }

  /** Drops best-effort requests that were not executed by their deadline, and returns them. Their slots are free again. */
  takeExpiredRequests(nowNs: bigint): Request[] {
    if (this.#bestEffortRequests === 0) return []
    return this.#dropRequests(({deadlineSeconds}) => hasExpired(deadlineSeconds, nowNs))
  }

  /** Best-effort messages that wait for execution, by sender in id order. */
  listBestEffortInputs(): (Request | Response)[] {
    return this.#inputs.sorted().flatMap(([, {messages}]) => messages.filter(({deadlineSeconds}) => deadlineSeconds !== 0))
  }

  /** Drops a waiting best-effort request; a response becomes one without cycles and with this payload. */
  shed(message: Request | Response, payload: ResponsePayload): void {
    if (message.kind === 'request') {
      this.#dropRequests((request) => request === message)
      return
    }
    const replacement: Response = {...message, refund: 0n, payload}
    this.#inputs.with(message.respondent).replace(message, replacement)
    this.#countInput(message, -1)
    this.#countInput(replacement, 1)
  }

  snapshot(): QueuesSnapshot {
    return {
      ingress: [...this.ingress],
      inputs: this.#inputs.snapshot(),
      outputs: this.#outputs.snapshot(),
      turns: this.#turns.snapshot(),
      reservedGuaranteed: this.#reservedGuaranteed,
    }
  }

  #dropRequests(isUnwanted: (request: Request) => boolean): Request[] {
    const dropped = this.#inputs.sorted().flatMap(([, queue]) => queue.takeRequests(isUnwanted))
    for (const request of dropped) {
      this.#countInput(request, -1)
      this.#release(this.#outputs.with(request.sender), request)
    }
    if (dropped.length > 0) this.#keepTurns()
    return dropped
  }

  #keepTurns(): void {
    this.#turns.keepOnly(this.ingress.length > 0, (sender) => this.#inputs.with(sender).length > 0)
  }

  #reserve(queue: MessageQueue, {deadlineSeconds}: Request): void {
    queue.reserve()
    if (deadlineSeconds === 0) this.#reservedGuaranteed++
  }

  #release(queue: MessageQueue, {deadlineSeconds}: Request | Response): void {
    queue.release()
    if (deadlineSeconds === 0) this.#reservedGuaranteed--
  }

  #countInput(message: Request | Response, sign: 1 | -1): void {
    this.#countBytes(message, sign)
    if (message.kind === 'request') this.#bestEffortRequests += message.deadlineSeconds === 0 ? 0 : sign
    else if (sign === 1) this.#answered.add(message.callbackId)
    else this.#answered.delete(message.callbackId)
  }

  #countOutput(message: Request | Response, sign: 1 | -1): void {
    this.#countBytes(message, sign)
    this.#outputCount += sign
  }

  #countBytes(message: Request | Response, sign: 1 | -1): void {
    const bytes = uncoveredBytes(message)
    this.#storedBytes += sign * bytes
    if (message.deadlineSeconds !== 0) this.#bestEffortBytes += sign * bytes
  }
}

/** Best-effort messages time out at the first batch whose time has reached the deadline. */
export function hasExpired(deadlineSeconds: number, nowNs: bigint): boolean {
  return deadlineSeconds !== 0 && nowNs >= BigInt(deadlineSeconds) * 1_000_000_000n
}

/** A guaranteed request lies in the reservation of its response unless it is longer. */
function uncoveredBytes(message: Request | Response): number {
  const bytes = storedBytes(message)
  return message.kind === 'request' && message.deadlineSeconds === 0 ? Math.max(0, bytes - RESERVED_RESPONSE_BYTES) : bytes
}

/** Whether a request fits into one queue and its response into the opposite one. */
function fits(requests: MessageQueue | undefined, responses: MessageQueue | undefined): boolean {
  return (requests?.requests ?? 0) < QUEUE_CAPACITY && (responses?.responses ?? 0) < QUEUE_CAPACITY
}
