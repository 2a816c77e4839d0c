/** What a canister burns without executing, and how much of its balance is kept back for that. Digest execution-and-cycles section 6. */

import type {CanisterState} from '../state/canister-state.js'
import {type FeeTable, scaleCycles} from './fees.js'
import {chargedMemoryBytes} from './memory-usage.js'

export const SECONDS_PER_DAY = 86_400n
const NS_PER_SECOND = 1_000_000_000n
const GIB = 1n << 30n

/** Cost of keeping `bytes` for `durationNs`. */
export function storageCost(fees: FeeTable, bytes: bigint, durationNs: bigint): bigint {
  return scaleCycles(fees, (bytes * fees.storageGibSecond * durationNs) / (GIB * NS_PER_SECOND))
}

/** Cost of a compute allocation for `durationNs`. */
export function computeAllocationCost(fees: FeeTable, percent: number, durationNs: bigint): bigint {
  return scaleCycles(fees, (BigInt(percent) * fees.computeAllocationPercentSecond * durationNs) / NS_PER_SECOND)
}

/** `idle_cycles_burned_per_day` of `canister_status`. */
export function idleCyclesPerDay(canister: CanisterState, fees: FeeTable): bigint {
  const day = SECONDS_PER_DAY * NS_PER_SECOND
  return (
    storageCost(fees, chargedMemoryBytes(canister), day) +
    storageCost(fees, BigInt(canister.queues.memoryBytes), day) +
    computeAllocationCost(fees, canister.settings.computeAllocation, day)
  )
}

/** Below this balance the canister is frozen: no updates, tasks or outgoing calls. Reserved cycles count as paid already. */
export function freezingLimit(canister: CanisterState, fees: FeeTable): bigint {
  if (fees.isFree) return 0n
  const limit = (idleCyclesPerDay(canister, fees) * canister.settings.freezingThresholdSeconds) / SECONDS_PER_DAY - canister.reservedCycles
  return limit > 0n ? limit : 0n
}

export function isFrozen(canister: CanisterState, fees: FeeTable): boolean {
  return canister.cycles < freezingLimit(canister, fees)
}
