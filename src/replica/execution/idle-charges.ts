/** Every ten seconds: storage and compute of all canisters, and the end of those that cannot pay. Digest sections 4 (step 8) and 6. */

import type {FeeTable} from '../cycles/fees.js'
import {CHARGE_PERIOD_NS, chargeIdle, emptyDryCanister} from '../cycles/idle-charge.js'
import type {CanisterState} from '../state/canister-state.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectAmongAll} from '../state/select-canisters.js'
import {deliverAnswers} from './answers.js'
import type {RoundContext} from './execution-rooms.js'

/** Also sums up the cycles consumed so far, for the metrics of the subnet: a figure as old as the last charge. */
export function chargeIdleCanisters(state: ReplicatedState, context: RoundContext): void {
  if (state.timeNs - state.idleChargedAtNs < CHARGE_PERIOD_NS) return
  state.idleChargedAtNs = state.timeNs
  const dry = selectAmongAll(state, (canister) => chargeCanister(state, canister, context.env.fees) === 'dry')
  for (const canister of dry) uninstallDryCanister(state, canister, context)
  state.metrics.consumedCyclesTotal = state.metrics.consumedCyclesOfDeleted
  for (const {consumed} of state.canisters.values())
    for (const cycles of Object.values(consumed)) state.metrics.consumedCyclesTotal += cycles
}

/** One with a long execution pays when that has ended: it must not be uninstalled under it. */
function chargeCanister(state: ReplicatedState, canister: CanisterState, fees: FeeTable): 'paid' | 'dry' {
  if (canister.longExecution) return 'paid'
  if (fees.isFree) {
    canister.chargedUntilNs = state.timeNs
    return 'paid'
  }
  state.touched.canisters.add(canister.id)
  return chargeIdle(canister, state.timeNs, fees)
}

function uninstallDryCanister(state: ReplicatedState, canister: CanisterState, {rooms}: RoundContext): void {
  deliverAnswers(state, canister, rooms.uninstallCode(canister))
  canister.version++
  emptyDryCanister(canister)
}
