/**
 * The replicated state of one subnet: what `processBatch` changes, checkpoints hold and certification hashes.
 *
 * It is owned by one batch at a time and changed in place (batches are never rolled back: the one way back is checkpoint + replay);
 * `touched` names what the current batch changed, so that hashing and checkpoints cost what changed and not what exists.
 */

import type {CanisterId, SubnetId} from '../../protocol/principal.js'
import type {CanisterState} from './canister-state.js'
import type {IngressHistory} from './ingress-history.js'
import type {Ingress, MessageId, Request, Response} from './messages.js'

/** A management call whose answer comes in a later round, from consensus. */
export type PendingSubnetCall =
  | {readonly kind: 'raw_rand'; readonly call: Request; readonly sinceHeight: number}
  | {
      readonly kind: 'http_request'
      readonly id: number
      readonly call: Request
      readonly sinceNs: bigint
      readonly request: HttpOutcall
      /** Attached cycles beyond the price: they go back with the answer. */
      readonly refund: bigint
    }

/** An HTTPS outcall as agreed on; the transform runs on every node. */
export interface HttpOutcall {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  readonly headers: readonly {readonly name: string; readonly value: string}[]
  readonly body: Uint8Array
  readonly maxResponseBytes: number
  readonly transform?: {readonly method: string; readonly context: Uint8Array}
  readonly isReplicated: boolean
  readonly sender: CanisterId
}

/** What a batch changed. Emptied at the start of each batch. */
export interface Touched {
  /** Created, changed or deleted canisters. */
  readonly canisters: Set<CanisterId>
  /** Ingress statuses set or dropped. */
  readonly ingress: Set<MessageId>
  /** Ingress ids of this batch that became terminal: their witnesses are posted with the root. */
  readonly answered: Set<MessageId>
}

export interface ReplicatedState {
  readonly subnetId: SubnetId
  /** Of the last batch executed; 0 is genesis. */
  height: number
  /** Time of the last batch, nanoseconds since 1970. */
  timeNs: bigint
  readonly canisters: Map<CanisterId, CanisterState>
  readonly ingressHistory: IngressHistory
  /** Bytes of all replies and reject texts in the history. */
  ingressHistoryBytes: number
  /** Calls to the management canister that were inducted and wait for their turn, oldest first. */
  subnetInput: (Ingress | Request)[]
  /** Answers of the management canister on their way to canisters. */
  subnetOutput: Response[]
  /** Messages for canisters of other subnets that wait for a stream, oldest first. */
  outbound: {readonly message: Request | Response; readonly sinceNs: bigint}[]
  pendingSubnetCalls: PendingSubnetCall[]
  nextSubnetCallId: number
  /** Number of the next canister id inside the allocation range. */
  nextCanisterNumber: bigint
  /** When storage and compute allocations were charged last. */
  idleChargedAtNs: bigint
  /** Root hash of the state before, for `/metadata`; undefined at genesis. */
  previousRootHash: Uint8Array | undefined
  /**
   * `/subnet/<id>/metrics`. `droppedCycles` went down with best-effort messages and with canisters that no longer exist;
   * `consumedCyclesOfDeleted` also has what is on no canister's account: fees of threshold signatures.
   */
  metrics: {updateTransactionsTotal: bigint; consumedCyclesTotal: bigint; consumedCyclesOfDeleted: bigint; droppedCycles: bigint}
  /** What the canisters occupied after the last batch, without messages. */
  readonly memory: {totalBytes: number; readonly byCanister: Map<CanisterId, number>}
  /** Per node and UTC day: `node_metrics_history`. */
  nodeMetrics: {
    readonly dayNs: bigint
    readonly nodes: readonly {readonly nodeId: string; readonly proposed: bigint; readonly failed: bigint}[]
  }[]
  readonly touched: Touched
  /** Canisters that need something of the next round; undefined: not known, look at all. Follows from the rest, and is not stored. */
  awake: ReadonlySet<CanisterId> | undefined
}
