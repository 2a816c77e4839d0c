/** The state of a subnet before its first batch. */

import type {SubnetId} from '../../protocol/principal.js'
import type {ReplicatedState, Touched} from './replicated-state.js'

export interface Genesis {
  readonly subnetId: SubnetId
  readonly timeNs: bigint
  /** Of the first id of the subnet's allocation range. */
  readonly nextCanisterNumber: bigint
}

export function newState({subnetId, timeNs, nextCanisterNumber}: Genesis): ReplicatedState {
  return {
    subnetId,
    height: 0,
    timeNs,
    canisters: new Map(),
    ingressHistory: new Map(),
    ingressHistoryBytes: 0,
    subnetInput: [],
    subnetOutput: [],
    outbound: [],
    pendingSubnetCalls: [],
    nextSubnetCallId: 1,
    nextCanisterNumber,
    idleChargedAtNs: timeNs,
    previousRootHash: undefined,
    metrics: {updateTransactionsTotal: 0n, consumedCyclesTotal: 0n, consumedCyclesOfDeleted: 0n, droppedCycles: 0n},
    memory: {totalBytes: 0, byCanister: new Map()},
    nodeMetrics: [],
    touched: nothingTouched(),
    awake: undefined,
  }
}

export function nothingTouched(): Touched {
  return {canisters: new Set(), ingress: new Set(), answered: new Set()}
}
