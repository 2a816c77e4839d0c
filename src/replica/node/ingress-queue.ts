import type {IngressPayloads, PayloadContext} from '../consensus/round.js'
import type {IngressItem} from '../ingress/ingress-item.js'
import type {Registry} from '../registry/subnet-record.js'
import type {MessageId} from '../state/messages.js'
import type {InductionViewChange} from './messages.js'

export class IngressQueue implements IngressPayloads {
  readonly #items = new Map<MessageId, IngressItem>()
  readonly #history = new Set<string>()
  constructor(_registry: Registry) {}
  get isFull() {
    return this.#items.size > 10000
  }
  get isEmpty() {
    return this.#items.size === 0
  }
  has(id: MessageId) {
    return this.#items.has(id)
  }
  add(item: IngressItem) {
    if (this.#items.has(item.ingress.id) || this.#history.has(item.ingress.id)) return false
    this.#items.set(item.ingress.id, item)
    return true
  }
  follow(view: InductionViewChange) {
    for (const id of view.historyAdded) {
      this.#history.add(id)
      this.#items.delete(id)
    }
    for (const id of view.historyRemoved) this.#history.delete(id)
  }
  build(context: PayloadContext) {
    return [...this.#items.values()].slice(0, context.maxMessages)
  }
  findFault() {
    return undefined
  }
}
