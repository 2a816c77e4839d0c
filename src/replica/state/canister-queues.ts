/**
 * The message queues of one canister: one ingress queue, and one input and one output queue per other canister.
 *
 * Source: digest execution-and-cycles section 2, "Queues".
 */

import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterMessage, Ingress, Request, Response} from './messages.js'

/** Slots of each queue; requests in it and slots reserved for responses both count. */
export const QUEUE_CAPACITY = 500

interface Queue {
  readonly messages: (Request | Response)[]
  /** Slots promised to responses that have not come yet. */
  reserved: number
}

const aQueue = (): Queue => ({messages: [], reserved: 0})

export class CanisterQueues {
  readonly ingress: Ingress[] = []
  readonly #inputs = new Map<CanisterId, Queue>()
  readonly #outputs = new Map<CanisterId, Queue>()
  /** Senders with input, in the order of their turns; `''` marks the ingress queue's. */
  readonly #turns: (CanisterId | 'ingress')[] = []

  /** False when the output queue to `receiver`, or the input queue its response needs, has no slot left. */
  canPushOutputRequest(receiver: CanisterId): boolean {
    return hasSlot(this.#outputs.get(receiver)) && hasSlot(this.#inputs.get(receiver))
  }

  /** Queues a call and reserves the slot of its response. */
  pushOutputRequest(request: Request): void {
    invariant(this.canPushOutputRequest(request.receiver), `output queue to ${request.receiver} is full`)
    entry(this.#outputs, request.receiver).messages.push(request)
    entry(this.#inputs, request.receiver).reserved++
  }

  /** Queues an answer in the slot that was reserved when its request came in. */
  pushOutputResponse(response: Response): void {
    const queue = entry(this.#outputs, response.originator)
    invariant(queue.reserved > 0, `no slot reserved for a response to ${response.originator}`)
    queue.reserved--
    queue.messages.push(response)
  }

  pushIngress(message: Ingress): void {
    if (this.ingress.push(message) === 1) this.#turns.push('ingress')
  }

  /** Takes a message from another canister in; false when the queue is full. Responses always fit. */
  pushInput(message: Request | Response): boolean {
    const sender = message.kind === 'request' ? message.sender : message.respondent
    const queue = entry(this.#inputs, sender)
    if (message.kind === 'request') {
      if (!hasSlot(queue) || !hasSlot(this.#outputs.get(sender))) return false
      entry(this.#outputs, sender).reserved++
    } else {
      invariant(queue.reserved > 0, `no slot reserved for a response from ${sender}`)
      queue.reserved--
    }
    if (queue.messages.push(message) === 1) this.#turns.push(sender)
    return true
  }

  hasInput(): boolean {
    return this.#turns.length > 0
  }

  /** The next message in turn: every sender, and the ingress queue, one message each. */
  popInput(): CanisterMessage | undefined {
    const turn = this.#turns.shift()
    if (turn === undefined) return undefined
    const messages: CanisterMessage[] = turn === 'ingress' ? this.ingress : this.#inputs.get(turn)!.messages
    const message = messages.shift()
    if (messages.length > 0) this.#turns.push(turn)
    return message
  }

  hasOutput(): boolean {
    for (const queue of this.#outputs.values()) if (queue.messages.length > 0) return true
    return false
  }

  /** Takes all outgoing messages out, by receiver in id order, each in sending order. */
  takeOutput(): (Request | Response)[] {
    const taken: (Request | Response)[] = []
    for (const receiver of [...this.#outputs.keys()].sort()) taken.push(...this.#outputs.get(receiver)!.messages.splice(0))
    return taken
  }
}

function hasSlot(queue: Queue | undefined): boolean {
  return queue === undefined || queue.messages.length + queue.reserved < QUEUE_CAPACITY
}

function entry(queues: Map<CanisterId, Queue>, id: CanisterId): Queue {
  const queue = queues.get(id) ?? aQueue()
  queues.set(id, queue)
  return queue
}
