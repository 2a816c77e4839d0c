/** Messages on their way into blocks: the pool, and what the main thread knows of the state to choose from it. */

import type {CanisterId} from '../../protocol/principal.js'
import {feesFor} from '../cycles/fees.js'
import type {IngressItem} from '../ingress/ingress-item.js'
import {IngressPool} from '../ingress/ingress-pool.js'
import {type InductionView, IngressSelector} from '../ingress/ingress-selector.js'
import {getSubnet} from '../registry/ranges.js'
import type {MessageId} from '../state/messages.js'
import type {GenesisKeys} from './genesis.js'
import type {InductionViewChange} from './messages.js'

export class IngressDesk {
  /** Builds and checks payloads for consensus. */
  readonly selector: IngressSelector
  readonly #pool = new IngressPool()
  readonly #history = new Set<MessageId>()
  readonly #spendable = new Map<CanisterId, bigint>()
  readonly #fees: InductionView['fees']

  constructor({registry, subnetId, rootKeyDer}: GenesisKeys) {
    this.#fees = feesFor(getSubnet(registry, subnetId))
    this.selector = new IngressSelector(this.#pool, {view: this.#viewAt(0), rootKeyDer})
  }

  has(id: MessageId): boolean {
    return this.#pool.find(id) !== undefined
  }

  add(item: IngressItem): 'added' | 'known' | 'full' {
    return this.#history.has(item.ingress.id) ? 'known' : this.#pool.add(item)
  }

  /** A batch was executed: what it took in leaves the pool, and so does what no block can take any more. */
  follow({height, timeNs, view}: {readonly height: number; readonly timeNs: bigint; readonly view: InductionViewChange}): void {
    for (const id of view.historyAdded) this.#history.add(id)
    for (const id of view.historyRemoved) this.#history.delete(id)
    for (const {id, spendableCycles} of view.canisters) {
      if (spendableCycles === undefined) this.#spendable.delete(id)
      else this.#spendable.set(id, spendableCycles)
    }
    this.#pool.remove(view.historyAdded)
    this.#pool.removeExpired(timeNs)
    this.selector.setView(this.#viewAt(height))
  }

  #viewAt(certifiedHeight: number): InductionView {
    return {certifiedHeight, history: this.#history, spendableCycles: this.#spendable, fees: this.#fees}
  }
}
