/**
 * Paying for a change that the management canister makes to a canister: its instructions, and the memory it grows by. All or nothing.
 *
 * Effects: cycles and reserved cycles of the canister, when nothing is refused.
 * Rejects: IC0101 subnet full, IC0534 reserved cycles limit, IC0532 cycles for memory; the caller words IC0207.
 * Source: digest execution-and-cycles section 6; texts as for a canister that grows its memory itself.
 */

import {chargeInstructions} from '../cycles/execution-charge.js'
import {freezingLimit} from '../cycles/freezing-limit.js'
import {memoryUsageBytes} from '../cycles/memory-usage.js'
import {reservationFor, reserveCycles} from '../cycles/storage-reservation.js'
import {outOfCyclesMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import {type ManagementCall, type ManagementStep, reject} from './management-call.js'

export interface ChangeCharge {
  readonly instructions: bigint
  /** The refusal when the canister cannot pay the instructions; `reason` is the text of IC0207. */
  readonly refuse: (reason: string) => ManagementStep
}

/** `change` is what the canister will have afterwards; applying it is the caller's part. Returns the refusal, if there is one. */
export function payForChange(
  {env, sender}: ManagementCall<unknown>,
  canister: CanisterState,
  change: Partial<CanisterState>,
  {instructions, refuse}: ChangeCharge,
): ManagementStep | undefined {
  const after: CanisterState = {...canister, ...change, consumed: {...canister.consumed}}
  const grownBytes = BigInt(memoryUsageBytes(after) - memoryUsageBytes(canister))
  const refusal = grownBytes > 0n ? payForMemory(after, grownBytes, env) : undefined
  if (refusal) return refusal
  const shortage = chargeInstructions(after, instructions, env.fees)
  if (shortage) return refuse(outOfCyclesMessage(canister, shortage, sender))
  canister.cycles = after.cycles
  canister.reservedCycles = after.reservedCycles
  Object.assign(canister.consumed, after.consumed)
  return undefined
}

function payForMemory(
  after: CanisterState,
  grownBytes: bigint,
  {fees, subnetMemory}: ManagementCall<unknown>['env'],
): ManagementStep | undefined {
  const tooPoor = (missingCycles: bigint): ManagementStep =>
    reject(
      'IC0532',
      `Canister cannot grow memory by ${grownBytes} bytes due to insufficient cycles. At least ${missingCycles} additional cycles are required.`,
    )
  if (subnetMemory) {
    const {usedBytes, capacityBytes} = subnetMemory
    if (usedBytes + grownBytes > capacityBytes)
      return reject(
        'IC0101',
        `Canister requested ${grownBytes} of memory but only ${capacityBytes - usedBytes} are available in the subnet.`,
      )
    const refusal = reserveCycles(after, reservationFor(fees, usedBytes, usedBytes + grownBytes), fees)
    if (refusal?.errorCode === 'IC0534')
      return reject(
        'IC0534',
        `Canister cannot grow memory by ${grownBytes} bytes due to its reserved cycles limit. The current limit (${refusal.limitCycles}) would be exceeded by ${refusal.exceededByCycles}.`,
      )
    if (refusal) return tooPoor(refusal.missingCycles)
  }
  const missingCycles = freezingLimit(after, fees) - after.cycles
  return missingCycles > 0n ? tooPoor(missingCycles) : undefined
}
