/** Taking cycles from a canister's balance, never below its freezing limit. */

import {type Principal, principalToText} from '../../protocol/principal.js'
import type {CanisterState, ConsumedCycles} from '../state/canister-state.js'
import type {FeeTable} from './fees.js'
import {freezingLimit} from './freezing-limit.js'

/** Why a charge was refused; `missingCycles` more would have sufficed. */
export interface OutOfCycles {
  readonly kind: 'out_of_cycles'
  readonly missingCycles: bigint
}

/** Takes `cycles` for `purpose` when the rest stays at or above the freezing limit; else changes nothing. */
export function withdraw(canister: CanisterState, cycles: bigint, purpose: keyof ConsumedCycles, fees: FeeTable): OutOfCycles | undefined {
  const refused = findShortage(canister, cycles, fees)
  if (refused) return refused
  canister.cycles -= cycles
  canister.consumed[purpose] += cycles
  return undefined
}

/** Gives back what was taken for `purpose` and not used. */
export function giveBack(canister: CanisterState, cycles: bigint, purpose: keyof ConsumedCycles): void {
  canister.cycles += cycles
  canister.consumed[purpose] -= cycles
}

/** What is missing to take `cycles` and stay above the freezing limit; undefined when nothing is. */
export function findShortage(canister: CanisterState, cycles: bigint, fees: FeeTable): OutOfCycles | undefined {
  if (fees.isFree && cycles === 0n) return undefined
  const missingCycles = cycles + freezingLimit(canister, fees) - canister.cycles
  return missingCycles > 0n ? {kind: 'out_of_cycles', missingCycles} : undefined
}

export function minCycles(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}

/** Text of IC0207: how much is missing is told to controllers only. */
export function outOfCyclesMessage(canister: CanisterState, {missingCycles}: OutOfCycles, reader?: Principal): string {
  const text = `Canister ${principalToText(canister.id)} is out of cycles`
  if (reader === undefined || !canister.settings.controllers.includes(reader)) return text
  return `${text}: please top up the canister with at least ${missingCycles} additional cycles`
}

/** Text of IC0207 for a query to a frozen canister. */
export function frozenQueryMessage(canister: CanisterState): string {
  return `Canister ${principalToText(canister.id)} is unable to process query calls because it's frozen. Please top up the canister with cycles and try again.`
}
