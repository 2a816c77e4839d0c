/** One pass over all canisters of a subnet, cheap where there is nothing to do. */

import type {CanisterState} from './canister-state.js'
import type {ReplicatedState} from './replicated-state.js'

/** The canisters that `isWanted`, in id order: maps are in the order of insertion, which a checkpoint does not keep. */
export function selectCanisters(state: ReplicatedState, isWanted: (canister: CanisterState) => boolean): CanisterState[] {
  const wanted: CanisterState[] = []
  for (const canister of state.canisters.values()) if (isWanted(canister)) wanted.push(canister)
  return sortById(wanted)
}

export function sortById(canisters: CanisterState[]): CanisterState[] {
  return canisters.sort((a, b) => (a.id < b.id ? -1 : 1))
}
