/** How many bytes the canisters of a subnet occupy, counted again where a batch touched them. */

import type {CanisterId} from '../../protocol/principal.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {memoryUsageBytes} from './memory-usage.js'

/** Brings `state.memory` up to date for these canisters, which may have been created or deleted. */
export function recountMemory(state: ReplicatedState, canisterIds: Iterable<CanisterId>): void {
  const {memory} = state
  for (const id of canisterIds) {
    const canister = state.canisters.get(id)
    const bytes = canister ? memoryUsageBytes(canister) : 0
    memory.totalBytes += bytes - (memory.byCanister.get(id) ?? 0)
    if (canister) memory.byCanister.set(id, bytes)
    else memory.byCanister.delete(id)
  }
}
