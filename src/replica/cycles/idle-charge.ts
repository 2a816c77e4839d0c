/**
 * Charges for existing: storage, message memory and compute allocation, every ten seconds.
 *
 * Source: digest execution-and-cycles section 6, "Idle charges and running dry".
 */

import type {CanisterState} from '../state/canister-state.js'
import type {FeeTable} from './fees.js'
import {computeAllocationCost, storageCost} from './freezing-limit.js'
import {chargedMemoryBytes} from './memory-usage.js'
import {minCycles} from './withdraw.js'

/** All canisters are charged together, this often. */
export const CHARGE_PERIOD_NS = 10_000_000_000n

/**
 * Charges the time since `chargedUntilNs`, from reserved cycles first, then from the balance. `dry` when both did not suffice: they are
 * zero then, and the canister must be uninstalled (`uninstallCode`, `emptyDryCanister`).
 */
export function chargeIdle(canister: CanisterState, nowNs: bigint, fees: FeeTable): 'paid' | 'dry' {
  const elapsedNs = nowNs - canister.chargedUntilNs
  canister.chargedUntilNs = nowNs
  const memory =
    storageCost(fees, chargedMemoryBytes(canister), elapsedNs) + storageCost(fees, BigInt(canister.queues.memoryBytes), elapsedNs)
  const compute = computeAllocationCost(fees, canister.settings.computeAllocation, elapsedNs)
  const unpaidMemory = pay(canister, memory, 'memory')
  const unpaidCompute = pay(canister, compute, 'computeAllocation')
  return unpaidMemory + unpaidCompute > 0n ? 'dry' : 'paid'
}

/** What running dry takes beside the code: allocations, history entries and snapshots. Id, controllers and status stay. */
export function emptyDryCanister(canister: CanisterState): void {
  canister.settings = {...canister.settings, computeAllocation: 0, memoryAllocationBytes: 0n}
  canister.history = {totalChanges: canister.history.totalChanges, changes: []}
  canister.snapshots.clear()
}

/** Takes what there is and returns what is missing. */
function pay(canister: CanisterState, cycles: bigint, purpose: 'memory' | 'computeAllocation'): bigint {
  const fromReserved = minCycles(cycles, canister.reservedCycles)
  const rest = cycles - fromReserved
  const fromBalance = minCycles(rest, canister.cycles)
  canister.reservedCycles -= fromReserved
  canister.cycles -= fromBalance
  canister.consumed[purpose] += fromReserved + fromBalance
  return rest - fromBalance
}
