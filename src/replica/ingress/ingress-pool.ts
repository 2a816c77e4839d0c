/** Ingress messages that wait for a block: bounded, no canister more than its part, forgotten when they expire. */

import type {CanisterId} from '../../protocol/principal.js'
import type {MessageId} from '../state/messages.js'
import type {IngressItem} from './ingress-item.js'

export interface PoolLimits {
  readonly messages: number
  readonly bytes: number
  /** Of one receiver. */
  readonly messagesPerCanister: number
}

/** A few full blocks; one canister cannot shut the others out. */
export const POOL_LIMITS: PoolLimits = {messages: 20_000, bytes: 256 * 1024 * 1024, messagesPerCanister: 10_000}

export class IngressPool {
  readonly #limits: PoolLimits
  readonly #items = new Map<MessageId, IngressItem>()
  /** By the canister each message is about, oldest first. */
  readonly #queues = new Map<CanisterId, Map<MessageId, IngressItem>>()
  #bytes = 0

  constructor(limits: PoolLimits = POOL_LIMITS) {
    this.#limits = limits
  }

  get size(): number {
    return this.#items.size
  }

  get sizeBytes(): number {
    return this.#bytes
  }

  /** `full`: HTTP 503. The caller has authenticated the message and asked the ingress filter. */
  add(item: IngressItem): 'added' | 'known' | 'full' {
    const {id, effectiveCanisterId} = item.ingress
    if (this.#items.has(id)) return 'known'
    const queue = this.#queues.get(effectiveCanisterId) ?? new Map<MessageId, IngressItem>()
    const {messages, bytes, messagesPerCanister} = this.#limits
    const isFull = this.#items.size >= messages || queue.size >= messagesPerCanister || this.#bytes + item.envelope.length > bytes
    if (isFull) return 'full'
    this.#queues.set(effectiveCanisterId, queue.set(id, item))
    this.#items.set(id, item)
    this.#bytes += item.envelope.length
    return 'added'
  }

  find(id: MessageId): IngressItem | undefined {
    return this.#items.get(id)
  }

  /** They are in a final block, or their answer is known. */
  remove(ids: Iterable<MessageId>): void {
    for (const id of ids) {
      const item = this.#items.get(id)
      if (!item) continue
      const {effectiveCanisterId} = item.ingress
      const queue = this.#queues.get(effectiveCanisterId)!
      queue.delete(id)
      if (queue.size === 0) this.#queues.delete(effectiveCanisterId)
      this.#items.delete(id)
      this.#bytes -= item.envelope.length
    }
  }

  /** Forgets what no block can take any more. */
  removeExpired(nowNs: bigint): void {
    this.remove([...this.#items.values()].filter(({validUntilNs}) => validUntilNs < nowNs).map(({ingress}) => ingress.id))
  }

  /**
   * All messages, one of each canister in turn, oldest first. `turn` says which canister begins: with another one each height, none is
   * always last.
   */
  *listInTurns(turn: number): Generator<IngressItem> {
    const canisters = [...this.#queues.keys()]
    const start = canisters.length === 0 ? 0 : turn % canisters.length
    let queues = [...canisters.slice(start), ...canisters.slice(0, start)].map((canister) => this.#queues.get(canister)!.values())
    while (queues.length > 0) {
      const rest: typeof queues = []
      for (const queue of queues) {
        const next = queue.next()
        if (next.done) continue
        rest.push(queue)
        yield next.value
      }
      queues = rest
    }
  }

  /** When the next message comes into the window of blocks whose expiry is still too far ahead at `nowNs`; undefined when there is none. */
  findNextDue(nowNs: bigint, ttlNs: bigint): bigint | undefined {
    let next: bigint | undefined
    for (const {ingress} of this.#items.values()) {
      const dueNs = ingress.expiryNs - ttlNs
      if (dueNs > nowNs && (next === undefined || dueNs < next)) next = dueNs
    }
    return next
  }
}
