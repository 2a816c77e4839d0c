/** What consensus agrees on and the state machine executes: one height. Digest consensus section 6. */

import type {CanisterId, NodeId} from '../../protocol/principal.js'
import type {QueryStats} from '../state/canister-state.js'
import type {Ingress, ResponsePayload} from '../state/messages.js'

/** The answer of an adapter to a pending management call, agreed on by the nodes. */
export interface ConsensusResponse {
  /** `PendingSubnetCall.id`. */
  readonly id: number
  readonly payload: ResponsePayload
}

/** What the queries of some time added up to at one canister. */
export interface QueryStatsDelta extends QueryStats {
  readonly canisterId: CanisterId
}

export interface Batch {
  /** Last executed height + 1. */
  readonly height: number
  /** Block time, strictly increasing. */
  readonly timeNs: bigint
  /** 32 bytes from the random tape of this height: `raw_rand` calls of *earlier* rounds are answered from it. */
  readonly randomness: Uint8Array
  /** In block order, authenticated by consensus. */
  readonly ingress: readonly Ingress[]
  readonly consensusResponses: readonly ConsensusResponse[]
  /** Queries answered since the last report: `canister_status.query_stats`. */
  readonly queryStats?: readonly QueryStatsDelta[]
  readonly registryVersion: number
  readonly blockMaker: {readonly nodeId: NodeId; readonly failed: readonly NodeId[]}
  /** Summary heights carry no messages; running long executions are aborted and a checkpoint is due. */
  readonly isSummary: boolean
  /** How long the network did not run before this batch: storage is charged for running time only. */
  readonly stoppedForNs?: bigint
}
