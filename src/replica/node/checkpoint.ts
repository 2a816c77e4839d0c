/** Between the state and its checkpoint: which parts there are, and how they come together again. */

import type {CanisterId} from '../../protocol/principal.js'
import {
  assembleState,
  decodeCanister,
  decodeIngressHistory,
  decodeRestOfState,
  type EncodedCanister,
  encodeCanister,
  encodeIngressHistory,
  encodeRestOfState,
} from '../state/codec.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import type {CheckpointInput, CheckpointStore} from '../store/checkpoint-store.js'

const INGRESS_HISTORY = 'ingress history'
const REST_OF_STATE = 'rest of state'
const ANCHOR = 'last block'

/** `changed`: canisters created, changed or deleted since the checkpoint before. */
export function encodeCheckpoint(state: ReplicatedState, changed: readonly CanisterId[], anchor: Uint8Array): CheckpointInput {
  const canisters = new Map<CanisterId, EncodedCanister>()
  const removed: CanisterId[] = []
  for (const id of changed) {
    const canister = state.canisters.get(id)
    if (canister) canisters.set(id, encodeCanister(canister))
    else removed.push(id)
  }
  const parts = new Map<string, Uint8Array | Iterable<Uint8Array>>([
    [INGRESS_HISTORY, encodeIngressHistory(state.ingressHistory)],
    [REST_OF_STATE, encodeRestOfState(state)],
    [ANCHOR, anchor],
  ])
  return {height: state.height, canisters, removed, parts}
}

/** The state of the newest checkpoint with the block it was taken at; undefined when there is none. Throws StoreDamaged, StateDamaged. */
export function loadCheckpoint(store: CheckpointStore): {readonly state: ReplicatedState; readonly anchor: Uint8Array} | undefined {
  const [history, rest, anchor] = [INGRESS_HISTORY, REST_OF_STATE, ANCHOR].map((name) => store.loadPart(name))
  if (!history || !rest || !anchor) return undefined
  const canisters = store.listCanisters().map((id) => {
    const {bytes, source} = store.loadCanister(id)
    return decodeCanister(bytes, source)
  })
  return {state: assembleState(decodeRestOfState(rest), canisters, decodeIngressHistory(history)), anchor}
}
