/**
 * Reserving cycles for storage when a subnet fills up: growth is paid years ahead, the more the fuller the subnet.
 *
 * Source: digest execution-and-cycles section 6, "Storage reservation".
 */

import type {CanisterState} from '../state/canister-state.js'
import type {FeeTable} from './fees.js'
import {freezingLimit, storageCost} from './freezing-limit.js'

const GIB = 1n << 30n
/** Nothing is reserved up to this use of the subnet. */
export const RESERVATION_THRESHOLD_BYTES = 750n * GIB
export const SUBNET_CAPACITY_BYTES = 2048n * GIB
/** Prepaid storage time of a full subnet, about ten years. */
const MAX_PREPAID_SECONDS = 300_000_000n
const NS_PER_SECOND = 1_000_000_000n

/** Cycles to reserve when the subnet's use grows from `beforeBytes` to `afterBytes`. */
export function reservationFor(fees: FeeTable, beforeBytes: bigint, afterBytes: bigint): bigint {
  return afterBytes > beforeBytes ? reservedAt(fees, afterBytes) - reservedAt(fees, beforeBytes) : 0n
}

export type ReservationRefusal =
  | {readonly errorCode: 'IC0534'; readonly limitCycles: bigint; readonly exceededByCycles: bigint}
  | {readonly errorCode: 'IC0532'; readonly missingCycles: bigint}

/** Moves `cycles` from the balance to the reserve, within `reserved_cycles_limit` and above the freezing limit; else changes nothing. */
export function reserveCycles(canister: CanisterState, cycles: bigint, fees: FeeTable): ReservationRefusal | undefined {
  if (cycles === 0n) return undefined
  const limitCycles = canister.settings.reservedCyclesLimit
  const exceededByCycles = canister.reservedCycles + cycles - limitCycles
  if (exceededByCycles > 0n) return {errorCode: 'IC0534', limitCycles, exceededByCycles}
  canister.reservedCycles += cycles
  canister.cycles -= cycles
  const missingCycles = freezingLimit(canister, fees) - canister.cycles
  if (missingCycles <= 0n) return undefined
  canister.reservedCycles -= cycles
  canister.cycles += cycles
  return {errorCode: 'IC0532', missingCycles}
}

/** Price of the bytes above the threshold for half of the prepaid time that this use has risen to. */
function reservedAt(fees: FeeTable, usedBytes: bigint): bigint {
  const above = usedBytes - RESERVATION_THRESHOLD_BYTES
  if (above <= 0n) return 0n
  const prepaidSeconds = (MAX_PREPAID_SECONDS * above) / (SUBNET_CAPACITY_BYTES - RESERVATION_THRESHOLD_BYTES)
  return storageCost(fees, above, (prepaidSeconds * NS_PER_SECOND) / 2n)
}
