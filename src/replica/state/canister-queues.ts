/**
 * The message queues of one canister: one ingress queue, and one input and one output queue per other canister.
 *
 * Every request reserves the slot of its response in the opposite queue, so that a response always fits.
 * Source: digest execution-and-cycles section 2, "Queues".
 */

import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import {InputTurns, type TurnsSnapshot} from './input-turns.js'
import {
  type CallbackId,
  type CanisterMessage,
  type Ingress,
  MAX_PAYLOAD_BYTES,
  type Request,
  type Response,
  storedBytes,
} from './messages.js'

/** Slots of each queue for requests, and as many again for responses: those in it and those promised. */
export const QUEUE_CAPACITY = 500
/** What one pending guaranteed response takes of the memory of caller and callee: the longest response and its envelope. */
export const RESERVED_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 256

interface Queue {
  readonly messages: (Request | Response)[]
  /** How many of the messages are requests. */
  requests: number
  /** Slots promised to responses that have not come yet. */
  reserved: number
}

/** Plain data of the queues, for checkpoints; peers in id order. */
export interface QueuesSnapshot {
  readonly ingress: readonly Ingress[]
  readonly inputs: readonly QueueSnapshot[]
  readonly outputs: readonly QueueSnapshot[]
  readonly turns: TurnsSnapshot
  readonly reservedGuaranteed: number
}

export interface QueueSnapshot {
  readonly peer: CanisterId
  readonly messages: readonly (Request | Response)[]
  readonly reserved: number
}

export class CanisterQueues {
  readonly ingress: Ingress[]
  readonly #inputs: Map<CanisterId, Queue>
  readonly #outputs: Map<CanisterId, Queue>
  readonly #turns: InputTurns
  /** Callbacks whose response waits in an input queue: a second one is a late answer to a call that timed out. */
  readonly #answered = new Set<CallbackId>()
  /** Reservations for guaranteed responses, in input and output queues. */
  #reservedGuaranteed: number
  /** Of the stored messages, as far as not covered by reservations. */
  #storedBytes = 0
  #bestEffortInputs = 0
  #outputCount = 0

  constructor(snapshot?: QueuesSnapshot) {
    this.ingress = [...(snapshot?.ingress ?? [])]
    this.#turns = new InputTurns(snapshot?.turns)
    this.#reservedGuaranteed = snapshot?.reservedGuaranteed ?? 0
    this.#inputs = restoreQueues(snapshot?.inputs)
    this.#outputs = restoreQueues(snapshot?.outputs)
    for (const {messages} of this.#inputs.values()) for (const message of messages) this.#countInput(message, 1)
    for (const {messages} of this.#outputs.values()) for (const message of messages) this.#countOutput(message, 1)
  }

  /** What messages occupy: reservations for guaranteed responses, and the bytes of everything else. Ingress is not counted. */
  get memoryBytes(): number {
    return this.#reservedGuaranteed * RESERVED_RESPONSE_BYTES + this.#storedBytes
  }

  /** False when the output queue to `receiver`, or the input queue its response needs, has no slot left. */
  canPushOutputRequest(receiver: CanisterId): boolean {
    return hasRequestSlot(this.#outputs.get(receiver)) && hasResponseSlot(this.#inputs.get(receiver))
  }

  /** How many more calls fit, for every canister with which slots are in use; any other has all `QUEUE_CAPACITY`. */
  freeOutputSlots(): Map<CanisterId, number> {
    const free = new Map<CanisterId, number>()
    const limit = (peer: CanisterId, used: number) => {
      if (used > 0) free.set(peer, Math.min(free.get(peer) ?? QUEUE_CAPACITY, QUEUE_CAPACITY - used))
    }
    for (const [peer, queue] of this.#outputs) limit(peer, queue.requests)
    for (const [peer, queue] of this.#inputs) limit(peer, responseSlotsInUse(queue))
    return free
  }

  /** Queues a call and reserves the slot of its response. */
  pushOutputRequest(request: Request): void {
    invariant(this.canPushOutputRequest(request.receiver), `output queue to ${request.receiver} is full`)
    append(entry(this.#outputs, request.receiver), request)
    this.#countOutput(request, 1)
    this.#reserve(entry(this.#inputs, request.receiver), request)
  }

  /** Queues an answer in the slot that was reserved when its request came in. */
  pushOutputResponse(response: Response): void {
    const queue = entry(this.#outputs, response.originator)
    this.#release(queue, response)
    append(queue, response)
    this.#countOutput(response, 1)
  }

  pushIngress(message: Ingress): void {
    if (this.ingress.push(message) === 1) this.#turns.addIngress()
  }

  /** False when the input queue from `sender`, or the output queue its response needs, has no slot left. */
  canPushInputRequest(sender: CanisterId): boolean {
    return hasRequestSlot(this.#inputs.get(sender)) && hasResponseSlot(this.#outputs.get(sender))
  }

  /** Takes a message from another canister in; false when the queue is full. Responses always fit. */
  pushInput(message: Request | Response, group: 'local' | 'remote' = 'local'): boolean {
    const sender = senderOf(message)
    const queue = entry(this.#inputs, sender)
    if (message.kind === 'request') {
      if (!this.canPushInputRequest(sender)) return false
      this.#reserve(entry(this.#outputs, sender), message)
    } else this.#release(queue, message)
    this.#countInput(message, 1)
    if (append(queue, message) === 1) this.#turns.addSender(sender, group)
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
    const isIdle = (queue: Queue) => queue.messages.length === 0 && queue.reserved === 0
    return this.ingress.length === 0 && [...this.#inputs.values(), ...this.#outputs.values()].every(isIdle)
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
    const queue = this.#inputs.get(turn.sender)!
    const message = queue.messages.shift()!
    if (message.kind === 'request') queue.requests--
    this.#countInput(message, -1)
    if (queue.messages.length > 0) this.#turns.addSender(turn.sender, turn.group)
    return message
  }

  /** Takes all outgoing messages out, by receiver in id order, each in sending order. */
  takeOutput(): (Request | Response)[] {
    const taken: (Request | Response)[] = []
    for (const receiver of [...this.#outputs.keys()].sort()) {
      const queue = this.#outputs.get(receiver)!
      taken.push(...queue.messages.splice(0))
      queue.requests = 0
    }
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
    if (this.#bestEffortInputs === 0) return []
    const expired: Request[] = []
    for (const sender of [...this.#inputs.keys()].sort()) {
      const queue = this.#inputs.get(sender)!
      const isExpired = (message: Request | Response) => message.kind === 'request' && hasExpired(message.deadlineSeconds, nowNs)
      const gone = queue.messages.filter(isExpired) as Request[]
      if (gone.length === 0) continue
      queue.messages.splice(0, queue.messages.length, ...queue.messages.filter((message) => !isExpired(message)))
      queue.requests -= gone.length
      expired.push(...gone)
    }
    for (const request of expired) {
      this.#countInput(request, -1)
      this.#release(entry(this.#outputs, request.sender), request)
    }
    if (expired.length > 0) this.#keepTurns()
    return expired
  }

  snapshot(): QueuesSnapshot {
    return {
      ingress: [...this.ingress],
      inputs: snapshotQueues(this.#inputs),
      outputs: snapshotQueues(this.#outputs),
      turns: this.#turns.snapshot(),
      reservedGuaranteed: this.#reservedGuaranteed,
    }
  }

  #keepTurns(): void {
    this.#turns.keepOnly(this.ingress.length > 0, (sender) => this.#inputs.get(sender)!.messages.length > 0)
  }

  #reserve(queue: Queue, {deadlineSeconds}: Request): void {
    queue.reserved++
    if (deadlineSeconds === 0) this.#reservedGuaranteed++
  }

  #release(queue: Queue, message: Request | Response): void {
    invariant(queue.reserved > 0, `no slot is reserved for the response to ${message.kind} ${message.callbackId}`)
    queue.reserved--
    if (message.deadlineSeconds === 0) this.#reservedGuaranteed--
  }

  #countInput(message: Request | Response, sign: 1 | -1): void {
    this.#storedBytes += sign * uncoveredBytes(message)
    if (message.kind === 'request') this.#bestEffortInputs += message.deadlineSeconds === 0 ? 0 : sign
    else if (sign === 1) this.#answered.add(message.callbackId)
    else this.#answered.delete(message.callbackId)
  }

  #countOutput(message: Request | Response, sign: 1 | -1): void {
    this.#storedBytes += sign * uncoveredBytes(message)
    this.#outputCount += sign
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

function senderOf(message: Request | Response): CanisterId {
  return message.kind === 'request' ? message.sender : message.respondent
}

function hasRequestSlot(queue: Queue | undefined): boolean {
  return queue === undefined || queue.requests < QUEUE_CAPACITY
}

function hasResponseSlot(queue: Queue | undefined): boolean {
  return queue === undefined || responseSlotsInUse(queue) < QUEUE_CAPACITY
}

function responseSlotsInUse({messages, requests, reserved}: Queue): number {
  return messages.length - requests + reserved
}

/** The new length. */
function append(queue: Queue, message: Request | Response): number {
  if (message.kind === 'request') queue.requests++
  return queue.messages.push(message)
}

function entry(queues: Map<CanisterId, Queue>, id: CanisterId): Queue {
  const found = queues.get(id)
  if (found) return found
  const queue: Queue = {messages: [], requests: 0, reserved: 0}
  queues.set(id, queue)
  return queue
}

/** Queues that hold or expect nothing are left out: they are the same as no queue. */
function snapshotQueues(queues: ReadonlyMap<CanisterId, Queue>): QueueSnapshot[] {
  return [...queues.keys()]
    .sort()
    .map((peer) => ({peer, messages: [...queues.get(peer)!.messages], reserved: queues.get(peer)!.reserved}))
    .filter(({messages, reserved}) => messages.length > 0 || reserved > 0)
}

function restoreQueues(snapshots: readonly QueueSnapshot[] = []): Map<CanisterId, Queue> {
  const restore = ({messages, reserved}: QueueSnapshot): Queue => ({
    messages: [...messages],
    requests: messages.filter(({kind}) => kind === 'request').length,
    reserved,
  })
  return new Map(snapshots.map((snapshot) => [snapshot.peer, restore(snapshot)]))
}
