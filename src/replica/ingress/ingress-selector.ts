/**
 * Which messages go into a block, and whether those of another node's block may.
 *
 * The newest certified state is known here only as an *induction view*: plain data that execution posts after each batch.
 * Source: digest consensus section 4, "ingress"; digest execution-and-cycles section 1.
 */

import {parseEnvelope} from '../../protocol/envelope.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import {authenticate} from '../crypto/authenticate.js'
import type {FeeTable} from '../cycles/fees.js'
import {ingressInductionCost} from '../cycles/ingress-charge.js'
import type {Ingress, MessageId} from '../state/messages.js'
import {type IngressItem, MAX_INGRESS_BYTES} from './ingress-item.js'
import type {IngressPool} from './ingress-pool.js'
import type {IngressPayloads, PayloadContext} from './payload-context.js'

/** A message may be put into a block this long before it expires, and no longer. */
export const MAX_INGRESS_TTL_NS = 300_000_000_000n

/** What selection depends on of the certified state. */
export interface InductionView {
  readonly certifiedHeight: number
  readonly history: {has(id: MessageId): boolean}
  /** Existing canisters, with what they may spend above their freezing limit. */
  readonly spendableCycles: {get(id: CanisterId): bigint | undefined}
  readonly fees: FeeTable
}

/** Methods of the management canister that no canister pays for. */
const WITHOUT_PAYER: ReadonlySet<string> = new Set(['provisional_create_canister_with_cycles', 'list_canisters'])

export class IngressSelector implements IngressPayloads {
  readonly #pool: IngressPool
  readonly #rootKeyDer: Uint8Array
  #view: InductionView

  constructor(pool: IngressPool, {view, rootKeyDer}: {readonly view: InductionView; readonly rootKeyDer: Uint8Array}) {
    this.#pool = pool
    this.#view = view
    this.#rootKeyDer = rootKeyDer
  }

  /** A newer state was certified. */
  setView(view: InductionView): void {
    this.#view = view
  }

  /**
   * Whether a block now could take a message. One that waits for its window, or whose canister cannot pay, is no reason for a round:
   * `findNextDue` says when time alone changes that.
   */
  hasWork(timeNs: bigint): boolean {
    const {certifiedHeight} = this.#view
    const anything = {height: 0, timeNs, certifiedHeight, ancestors: [], maxBytes: MAX_INGRESS_BYTES, maxMessages: 1}
    return this.build(anything).length > 0
  }

  /** When the next message comes into the window of blocks; undefined when none is too early. */
  findNextDue(timeNs: bigint): bigint | undefined {
    return this.#pool.findNextDue(timeNs, MAX_INGRESS_TTL_NS)
  }

  build(context: PayloadContext): readonly IngressItem[] {
    const ledger = new InductionLedger(this.#view, context)
    const chosen: IngressItem[] = []
    let bytes = 0
    for (const item of this.#pool.listInTurns(context.height)) {
      const size = item.envelope.length
      if (bytes + size > context.maxBytes || findWindowFault(item, context.timeNs) !== undefined) continue
      if (ledger.induct(item.ingress) !== undefined) continue
      bytes += size
      if (chosen.push(item) === context.maxMessages) break
    }
    return chosen
  }

  /** Balances are compared only against the state the maker saw: here they may be lower since, and induction rejects what cannot pay. */
  findFault(items: readonly IngressItem[], context: PayloadContext): string | undefined {
    if (items.length > context.maxMessages) return `${items.length} messages`
    const ledger = new InductionLedger(this.#view, context)
    const isSameState = this.#view.certifiedHeight === context.certifiedHeight
    for (const item of items) {
      const fault = findWindowFault(item, context.timeNs) ?? this.#findSignatureFault(item, context.timeNs)
      if (fault !== undefined) return fault
      const refusal = ledger.induct(item.ingress)
      if (refusal === 'seen' || (refusal !== undefined && isSameState)) return `message ${item.ingress.id}: ${refusal}`
    }
    return undefined
  }

  /** What this node has authenticated itself needs no second look: its delegations are part of `validUntilNs`. */
  #findSignatureFault({ingress, envelope}: IngressItem, timeNs: bigint): string | undefined {
    const known = this.#pool.find(ingress.id)
    if (known?.envelope.length === envelope.length && known.envelope.every((byte, index) => byte === envelope[index])) return undefined
    const parsed = parseEnvelope(envelope, 'call')
    if (!parsed.ok) return parsed.message
    const result = authenticate(parsed.envelope, {nowNs: timeNs, rootKey: this.#rootKeyDer})
    return result.ok ? undefined : result.message
  }
}

function findWindowFault({ingress, validUntilNs, envelope}: IngressItem, timeNs: bigint): string | undefined {
  if (validUntilNs < timeNs) return `message ${ingress.id} has expired`
  if (ingress.expiryNs > timeNs + MAX_INGRESS_TTL_NS) return `message ${ingress.id} expires too late`
  return envelope.length > MAX_INGRESS_BYTES ? `message ${ingress.id} is too large` : undefined
}

/** The canister that pays for taking the message in; undefined when none does. */
export function findPayer({receiver, effectiveCanisterId, method}: Ingress): CanisterId | undefined {
  if (receiver !== MANAGEMENT_CANISTER_ID) return receiver
  return WITHOUT_PAYER.has(method) ? undefined : effectiveCanisterId
}

/** Ids and balances as they will be when a block executes: the certified state, the ancestors above it, the block so far. */
class InductionLedger {
  readonly #view: InductionView
  readonly #taken = new Set<MessageId>()
  readonly #spent = new Map<CanisterId, bigint>()

  constructor(view: InductionView, {ancestors}: PayloadContext) {
    this.#view = view
    for (const {payload} of ancestors)
      for (const {ingress} of payload.ingress) {
        this.#taken.add(ingress.id)
        const payer = findPayer(ingress)
        if (payer !== undefined) this.#spend(payer, ingressInductionCost(ingress, view.fees))
      }
  }

  /** Books the message, or says why it cannot be taken in. */
  induct(message: Ingress): 'seen' | 'no such canister' | 'out of cycles' | undefined {
    const {history, spendableCycles, fees} = this.#view
    if (this.#taken.has(message.id) || history.has(message.id)) return 'seen'
    const payer = findPayer(message)
    const spendable = payer === undefined ? 0n : spendableCycles.get(payer)
    if (spendable === undefined) return 'no such canister'
    const cost = payer === undefined ? 0n : ingressInductionCost(message, fees)
    if (payer !== undefined && cost > 0n && (this.#spent.get(payer) ?? 0n) + cost > spendable) return 'out of cycles'
    this.#taken.add(message.id)
    if (payer !== undefined) this.#spend(payer, cost)
    return undefined
  }

  #spend(payer: CanisterId, cycles: bigint): void {
    this.#spent.set(payer, (this.#spent.get(payer) ?? 0n) + cycles)
  }
}
