/**
 * `deposit_cycles`, `provisional_top_up_canister`: cycles for a canister.
 *
 * Source: IC interface specification, the methods' sections; digest management-canister section 3.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reply, touch} from './management-call.js'

const MAX_CYCLES = (1n << 128n) - 1n

/** Moves all attached cycles to the canister, whoever owns it. */
export function depositCycles(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  addCycles(canister, call.cycles)
  touch(call.state, canister.id)
  return {...reply(), acceptedCycles: call.cycles}
}

/** Makes cycles out of nothing: networks for development only. */
export function provisionalTopUpCanister(
  call: ManagementCall<{readonly canister_id: CanisterId; readonly amount: bigint}>,
  canister: CanisterState,
): ManagementStep {
  addCycles(canister, call.args.amount)
  touch(call.state, canister.id)
  return reply()
}

function addCycles(canister: CanisterState, amount: bigint): void {
  const sum = canister.cycles + amount
  canister.cycles = sum > MAX_CYCLES ? MAX_CYCLES : sum
}
