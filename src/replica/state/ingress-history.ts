/** What became of every ingress message of the last minutes: `/request_status/<id>`. Digest "Life of an ingress message". */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {CallOutcome, MessageId} from './messages.js'

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

export type IngressHistory = Map<MessageId, IngressEntry>
