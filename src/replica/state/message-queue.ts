/** One queue between two canisters, in one direction. Digest execution-and-cycles section 2, "Queues". */

import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {Request, Response} from './messages.js'

export interface QueueSnapshot {
  readonly peer: CanisterId
  readonly messages: readonly (Request | Response)[]
  readonly reserved: number
}

export class MessageQueue {
  readonly #messages: (Request | Response)[]
  #requests: number
  /** Slots promised to responses that have not come yet. */
  #reserved: number

  constructor(snapshot?: QueueSnapshot) {
    this.#messages = [...(snapshot?.messages ?? [])]
    this.#requests = this.#messages.filter(({kind}) => kind === 'request').length
    this.#reserved = snapshot?.reserved ?? 0
  }

  get messages(): readonly (Request | Response)[] {
    return this.#messages
  }

  get length(): number {
    return this.#messages.length
  }

  get requests(): number {
    return this.#requests
  }

  /** In the queue and promised. */
  get responses(): number {
    return this.#messages.length - this.#requests + this.#reserved
  }

  /** Holds nothing and expects nothing. */
  get isIdle(): boolean {
    return this.#messages.length === 0 && this.#reserved === 0
  }

  reserve(): void {
    this.#reserved++
  }

  release(): void {
    invariant(this.#reserved > 0, 'no slot is reserved for the response')
    this.#reserved--
  }

  push(message: Request | Response): void {
    if (message.kind === 'request') this.#requests++
    this.#messages.push(message)
  }

  /** The oldest message; there must be one. */
  shift(): Request | Response {
    const message = this.#messages.shift()
    invariant(message, 'a queue in turn has messages')
    if (message.kind === 'request') this.#requests--
    return message
  }

  takeAll(): (Request | Response)[] {
    this.#requests = 0
    return this.#messages.splice(0)
  }

  /** Takes out the requests that `isWanted`. */
  takeRequests(isWanted: (request: Request) => boolean): Request[] {
    const taken: Request[] = []
    const kept = this.#messages.filter((message) => {
      if (message.kind !== 'request' || !isWanted(message)) return true
      taken.push(message)
      return false
    })
    if (taken.length > 0) this.#messages.splice(0, this.#messages.length, ...kept)
    this.#requests -= taken.length
    return taken
  }

  /** Puts a response in the place of another. */
  replace(old: Response, replacement: Response): void {
    this.#messages[this.#messages.indexOf(old)] = replacement
  }

  snapshot(peer: CanisterId): QueueSnapshot {
    return {peer, messages: [...this.#messages], reserved: this.#reserved}
  }
}

/** The queues with one canister's peers. */
export class QueueMap {
  readonly #queues: Map<CanisterId, MessageQueue>

  constructor(snapshots: readonly QueueSnapshot[] = []) {
    this.#queues = new Map(snapshots.map((snapshot) => [snapshot.peer, new MessageQueue(snapshot)]))
  }

  find(peer: CanisterId): MessageQueue | undefined {
    return this.#queues.get(peer)
  }

  /** The queue, made where missing. */
  with(peer: CanisterId): MessageQueue {
    const found = this.#queues.get(peer)
    if (found) return found
    const queue = new MessageQueue()
    this.#queues.set(peer, queue)
    return queue
  }

  /** By peer, in id order. */
  sorted(): (readonly [CanisterId, MessageQueue])[] {
    return [...this.#queues].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  get isIdle(): boolean {
    return [...this.#queues.values()].every((queue) => queue.isIdle)
  }

  /** Idle queues are left out: they are the same as no queue. */
  snapshot(): QueueSnapshot[] {
    return this.sorted()
      .filter(([, queue]) => !queue.isIdle)
      .map(([peer, queue]) => queue.snapshot(peer))
  }
}
