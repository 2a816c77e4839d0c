/**
 * Paying for executions: the whole instruction limit is prepaid, what was not used comes back.
 *
 * Source: digest execution-and-cycles section 6, "Charging sequence of an execution".
 */

import type {CanisterState} from '../state/canister-state.js'
import {type FeeTable, scaleCycles} from './fees.js'
import {giveBack, minCycles, type OutOfCycles, withdraw} from './withdraw.js'

/** What an execution may use, and which of the two instruction prices applies. */
export interface ExecutionBudget {
  readonly instructionLimit: bigint
  readonly isWasm64: boolean
}

/** Base fee and `instructions`. */
export function executionCost(fees: FeeTable, instructions: bigint, isWasm64: boolean): bigint {
  return scaleCycles(fees, fees.executionBase + instructions * instructionPrice(fees, isWasm64))
}

/**
 * Takes base fee and instruction limit from the balance. The rest must stay above the freezing limit: else nothing is taken and the
 * execution is refused with IC0207. Returns the cycles taken.
 */
export function prepayExecution(
  canister: CanisterState,
  budget: ExecutionBudget,
  fees: FeeTable,
): {readonly kind: 'prepaid'; readonly cycles: bigint} | OutOfCycles {
  const cycles = executionCost(fees, budget.instructionLimit, budget.isWasm64)
  return withdraw(canister, cycles, 'instructions', fees) ?? {kind: 'prepaid', cycles}
}

/** Gives back the instructions that were not used; the base fee is kept. Also for callbacks, whose prepayment was made by the call. */
export function refundExecution(
  canister: CanisterState,
  prepaidCycles: bigint,
  used: ExecutionBudget & {readonly instructionsUsed: bigint},
  fees: FeeTable,
): void {
  const unused = used.instructionLimit > used.instructionsUsed ? used.instructionLimit - used.instructionsUsed : 0n
  const refund = scaleCycles(fees, unused * instructionPrice(fees, used.isWasm64))
  giveBack(canister, minCycles(refund, prepaidCycles), 'instructions')
}

/** Charges instructions that the management canister executed for a canister, e.g. snapshots: base fee and instructions, all at once. */
export function chargeInstructions(canister: CanisterState, instructions: bigint, fees: FeeTable): OutOfCycles | undefined {
  return withdraw(canister, executionCost(fees, instructions, false), 'instructions', fees)
}

function instructionPrice(fees: FeeTable, isWasm64: boolean): bigint {
  return isWasm64 ? fees.instructionWasm64 : fees.instruction
}
