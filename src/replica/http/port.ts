/** What the HTTP interface asks of a node, and what it gets back. The node decides; this room only reads and writes bytes. */

import type {Principal} from '../../protocol/principal.js'

/** A request refused before anything looked at its meaning: plain text with an HTTP status. */
export interface Refusal {
  readonly kind: 'refused'
  readonly status: number
  readonly text: string
}

/** `flat` certificates carry all canister ranges in their delegation (v2, v3), `tree` ones the shard that matters (v4, v3 query). */
export type DelegationKind = 'flat' | 'tree'

export interface CallRequest {
  readonly scope: 'canister' | 'subnet'
  /** From the URL. */
  readonly effectiveId: Principal
  readonly delegation: DelegationKind
  /** False for v2: answer as soon as the message is accepted. */
  readonly isSynchronous: boolean
  readonly body: Uint8Array
}

export type CallAnswer =
  | Refusal
  /** The ingress filter said no; never part of a block. */
  | {readonly kind: 'rejected'; readonly rejectCode: number; readonly message: string; readonly errorCode: string}
  /** Accepted, outcome not known yet: poll. `text` says why. */
  | {readonly kind: 'accepted'; readonly text: string}
  /** Proves the terminal request status. */
  | {readonly kind: 'certificate'; readonly certificate: Uint8Array}

export interface ReadRequest {
  readonly scope: 'canister' | 'subnet'
  readonly effectiveId: Principal
  readonly delegation: DelegationKind
  readonly body: Uint8Array
}

/** `body` is the CBOR answer. */
export type ReadAnswer = Refusal | {readonly kind: 'answered'; readonly body: Uint8Array}

export type HealthStatus = 'starting' | 'waiting_for_certified_state' | 'certified_state_behind' | 'healthy'

export interface NodeStatus {
  /** DER, 133 bytes. */
  readonly rootKey: Uint8Array
  readonly version: string
  readonly health: HealthStatus
  readonly certifiedHeight: number
}

export interface ReplicaPort {
  getStatus(): NodeStatus
  call(request: CallRequest): Promise<CallAnswer>
  query(request: ReadRequest): Promise<ReadAnswer>
  readState(request: ReadRequest): Promise<ReadAnswer>
}
