/** Whether a canister may have the allocations it asks for: room on the subnet and cycles to keep them. Digest management-canister section 2. */

import {freezingLimit} from '../cycles/freezing-limit.js'
import {chargedMemoryBytes} from '../cycles/memory-usage.js'
import {reservationFor, reserveCycles, SUBNET_CAPACITY_BYTES} from '../cycles/storage-reservation.js'
import type {CanisterSettings, CanisterState} from '../state/canister-state.js'
import {type ManagementCall, type ManagementStep, reject} from './management-call.js'

/** Percent of compute that all canisters may reserve together. Source: resource limits page, 299 % per subnet. */
const COMPUTE_CAPACITY_PERCENT = 299

export function checkAllocations(
  {state, env}: ManagementCall<unknown>,
  canister: CanisterState,
  settings: CanisterSettings,
): ManagementStep | undefined {
  const raisesCompute = settings.computeAllocation > canister.settings.computeAllocation
  const raisesMemory = settings.memoryAllocationBytes > canister.settings.memoryAllocationBytes
  if (raisesMemory) {
    const available = SUBNET_CAPACITY_BYTES - sumOfOthers(state.canisters.values(), canister, chargedMemoryBytes)
    if (settings.memoryAllocationBytes > available)
      return reject(
        'IC0101',
        `Canister requested ${settings.memoryAllocationBytes} of memory but only ${available} are available in the subnet.`,
      )
  }
  if (raisesCompute) {
    const used = sumOfOthers(state.canisters.values(), canister, (other) => BigInt(other.settings.computeAllocation))
    const available = BigInt(COMPUTE_CAPACITY_PERCENT) - used
    if (BigInt(settings.computeAllocation) > available)
      return reject(
        'IC0101',
        `Canister requested a compute allocation of ${settings.computeAllocation}% which cannot be satisfied because the Subnet's remaining compute capacity is ${available}%.`,
      )
  }
  const missing = freezingLimit({...canister, settings}, env.fees) - canister.cycles
  if (missing > 0n && raisesCompute)
    return reject(
      'IC0530',
      `Cannot increase compute allocation to ${settings.computeAllocation}% due to insufficient cycles. At least ${missing} additional cycles are required.`,
    )
  if (missing > 0n && raisesMemory)
    return reject(
      'IC0531',
      `Cannot increase memory allocation to ${settings.memoryAllocationBytes} due to insufficient cycles. At least ${missing} additional cycles are required.`,
    )
  if (settings.reservedCyclesLimit < canister.reservedCycles)
    return reject(
      'IC0540',
      `Cannot set the reserved cycles limit ${settings.reservedCyclesLimit} below the reserved cycles balance of the canister ${canister.reservedCycles}.`,
    )
  return reserveForAllocation(env, canister, settings)
}

/** On a subnet that fills up, memory is paid ahead when it is allocated. Changes the balance only when nothing is refused. */
function reserveForAllocation(
  {fees, subnetMemory}: ManagementCall<unknown>['env'],
  canister: CanisterState,
  settings: CanisterSettings,
): ManagementStep | undefined {
  const after = {...canister, settings}
  const grownBytes = chargedMemoryBytes(after) - chargedMemoryBytes(canister)
  if (!subnetMemory || grownBytes <= 0n) return undefined
  const refusal = reserveCycles(after, reservationFor(fees, subnetMemory.usedBytes, subnetMemory.usedBytes + grownBytes), fees)
  const bytes = settings.memoryAllocationBytes
  if (refusal?.errorCode === 'IC0534')
    return reject(
      'IC0533',
      `Cannot increase memory allocation to ${bytes} due to its reserved cycles limit. The current limit (${refusal.limitCycles}) would be exceeded by ${refusal.exceededByCycles}.`,
    )
  if (refusal)
    return reject(
      'IC0531',
      `Cannot increase memory allocation to ${bytes} due to insufficient cycles. At least ${refusal.missingCycles} additional cycles are required.`,
    )
  canister.cycles = after.cycles
  canister.reservedCycles = after.reservedCycles
  return undefined
}

function sumOfOthers(canisters: Iterable<CanisterState>, canister: CanisterState, value: (other: CanisterState) => bigint): bigint {
  let sum = 0n
  for (const other of canisters) if (other.id !== canister.id) sum += value(other)
  return sum
}
