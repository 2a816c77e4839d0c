/** What became of every ingress message of the last minutes: `/request_status/<id>`. Digest "Life of an ingress message". */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {CallOutcome, Ingress, MessageId} from './messages.js'
import type {ReplicatedState} from './replicated-state.js'

/** A terminal status is kept this long after the block time in which it was set. */
export const TERMINAL_STATUS_TTL_NS = 300_000_000_000n
/** Over it, no more ingress is taken: IC0204. */
export const MAX_INGRESS_HISTORY_ENTRIES = 600_000
/** Over it, the oldest terminal statuses forget their replies. */
const MAX_INGRESS_HISTORY_BYTES = 4 * 2 ** 30

export type IngressState =
  | {readonly kind: 'received'}
  | {readonly kind: 'processing'}
  | {readonly kind: 'terminal'; readonly outcome: CallOutcome}
  | {readonly kind: 'done'}

export interface IngressEntry {
  readonly state: IngressState
  /** Who may read it. */
  readonly sender: Principal
  readonly receiver: CanisterId
  readonly effectiveCanisterId: CanisterId
  /** The message's own expiry: until then the id must be remembered, so that it is never executed twice. */
  readonly expiryNs: bigint
  /** When a terminal state was set; it is dropped 5 minutes later. */
  readonly terminalAtNs?: bigint
}

/** In the order in which statuses were last set, so that those to drop come first. */
export type IngressHistory = Map<MessageId, IngressEntry>

/** First status of a message. */
export function receiveIngress(state: ReplicatedState, message: Ingress): void {
  const {sender, receiver, effectiveCanisterId, expiryNs} = message
  state.ingressHistory.set(message.id, {state: {kind: 'received'}, sender, receiver, effectiveCanisterId, expiryNs})
  state.touched.ingress.add(message.id)
}

/** Its execution began and its answer is still to come. */
export function markProcessing(state: ReplicatedState, id: MessageId): void {
  const entry = state.ingressHistory.get(id)
  if (entry?.state.kind !== 'received') return
  state.ingressHistory.set(id, {...entry, state: {kind: 'processing'}})
  state.touched.ingress.add(id)
}

/** Sets the outcome, once: a message that has an outcome or was forgotten stays as it is. */
export function answerIngress(state: ReplicatedState, id: MessageId, outcome: CallOutcome): void {
  const entry = state.ingressHistory.get(id)
  if (!entry || entry.state.kind === 'terminal' || entry.state.kind === 'done') return
  state.ingressHistory.delete(id)
  state.ingressHistory.set(id, {...entry, state: {kind: 'terminal', outcome}, terminalAtNs: state.timeNs})
  state.ingressHistoryBytes += outcomeBytes(outcome)
  state.touched.ingress.add(id)
  state.touched.answered.add(id)
}

/** Drops terminal statuses that are five minutes old, and forgets the oldest replies when all together are too large. */
export function pruneIngressHistory(state: ReplicatedState): void {
  for (const [id, entry] of state.ingressHistory) {
    if (entry.terminalAtNs === undefined) continue
    const isOld = entry.terminalAtNs + TERMINAL_STATUS_TTL_NS < state.timeNs
    const isTooMuch = state.ingressHistoryBytes > MAX_INGRESS_HISTORY_BYTES
    if (!isOld && !isTooMuch) return
    if (entry.state.kind === 'terminal') state.ingressHistoryBytes -= outcomeBytes(entry.state.outcome)
    if (isOld) state.ingressHistory.delete(id)
    else state.ingressHistory.set(id, {...entry, state: {kind: 'done'}})
    state.touched.ingress.add(id)
  }
}

/** Length of the reply, or of the reject text in UTF-16 units. */
export function outcomeBytes(outcome: CallOutcome): number {
  return outcome.kind === 'reply' ? outcome.data.length : outcome.message.length
}
