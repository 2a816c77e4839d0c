/**
 * Which canisters a round must look at. Of 50,000 canisters most sleep: nothing waits for them, and they wait for nothing. Looking only at
 * the others keeps a round's cost with what happens in it (measured 2026-11-24, 2 cores: 20 ms a round before).
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterState} from './canister-state.js'
import type {ReplicatedState} from './replicated-state.js'

/** Those awake or touched by this batch that `isWanted`, in id order: maps are in the order of insertion, which a checkpoint does not keep. */
export function selectCanisters(state: ReplicatedState, isWanted: (canister: CanisterState) => boolean): CanisterState[] {
  const wanted: CanisterState[] = []
  for (const id of idsAwake(state)) {
    const canister = state.canisters.get(id)
    if (canister && isWanted(canister)) wanted.push(canister)
  }
  return sortById(wanted)
}

/** All that `isWanted`, in id order. */
export function selectAmongAll(state: ReplicatedState, isWanted: (canister: CanisterState) => boolean): CanisterState[] {
  return sortById([...state.canisters.values()].filter(isWanted))
}

export function sortById(canisters: CanisterState[]): CanisterState[] {
  return canisters.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** At the end of a batch: lets those sleep that need nothing of the next round. */
export function settleAwake(state: ReplicatedState): void {
  state.awake = new Set(selectCanisters(state, needsAttention).map(({id}) => id))
}

/** Whether a round could do anything with the canister, now or as time passes. Idle charges are not among it: they meet all canisters. */
export function needsAttention(canister: CanisterState): boolean {
  const {queues, callbacks, callContexts, longExecution, status, code} = canister
  return (
    queues.hasInput() ||
    queues.hasOutput() ||
    queues.memoryBytes > 0 ||
    callbacks.size > 0 ||
    callContexts.size > 0 ||
    longExecution !== undefined ||
    status.kind === 'stopping' ||
    code?.module.exportsHeartbeat === true ||
    canister.globalTimerNs !== 0n ||
    canister.lowWasmMemoryHook === 'ready' ||
    canister.installCodeDebt > 0n
  )
}

function* idsAwake({awake, canisters, touched}: ReplicatedState): Iterable<CanisterId> {
  if (!awake) return yield* canisters.keys()
  yield* awake
  for (const id of touched.canisters) if (!awake.has(id)) yield id
}
