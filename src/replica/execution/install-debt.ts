/**
 * Installs that executed much put a canister into debt, during which it takes no other install (IC0209). The debt decays with rounds.
 *
 * Source: digest execution-and-cycles section 3, "Limits on change rate".
 */

import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'

const DECAY_PER_ROUND = 2_000_000_000n
const NS_PER_SECOND = 1_000_000_000n

/**
 * At the beginning of a round. The Internet Computer has about one round a second; here an idle subnet has none, so the time since the last
 * one counts: a user who waits a minute finds the debt as decayed as there.
 */
export function decayInstallDebts(state: ReplicatedState, sinceLastRoundNs: bigint): void {
  const seconds = sinceLastRoundNs / NS_PER_SECOND
  const decay = DECAY_PER_ROUND * (seconds > 1n ? seconds : 1n)
  for (const canister of selectCanisters(state, ({installCodeDebt}) => installCodeDebt > 0n)) {
    canister.installCodeDebt = canister.installCodeDebt > decay ? canister.installCodeDebt - decay : 0n
    state.touched.canisters.add(canister.id)
  }
}
