/**
 * When best-effort messages fill their memory, the largest are dropped: a request silently, a response for a short reject.
 *
 * Source: digest execution-and-cycles section 2, "Guaranteed versus best-effort".
 */

import type {CanisterState} from '../state/canister-state.js'
import {type Request, type Response, type ResponsePayload, storedBytes} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'

const BEST_EFFORT_POOL_BYTES = 5 * 2 ** 30
const DROPPED: ResponsePayload = {kind: 'reject', code: 6, message: 'Response was dropped.'}

interface Shedding {
  readonly canister: CanisterState
  readonly message: Request | Response
  readonly bytes: number
}

/** The cycles of what is dropped are lost; a caller whose request was dropped learns it at the deadline. */
export function shedLoad(state: ReplicatedState, poolBytes = BEST_EFFORT_POOL_BYTES): void {
  const loaded = selectCanisters(state, ({queues}) => queues.bestEffortBytes > 0)
  let used = 0
  for (const {queues} of loaded) used += queues.bestEffortBytes
  if (used <= poolBytes) return
  for (const {canister, message} of listBySize(loaded)) {
    const before = canister.queues.bestEffortBytes
    canister.queues.shed(message, DROPPED)
    used -= before - canister.queues.bestEffortBytes
    state.metrics.droppedCycles += message.kind === 'request' ? message.cycles : message.refund
    state.touched.canisters.add(canister.id)
    if (used <= poolBytes) return
  }
}

/** Largest first; equal ones in the order of canisters and senders. */
function listBySize(canisters: readonly CanisterState[]): Shedding[] {
  return canisters
    .flatMap((canister) => canister.queues.listBestEffortInputs().map((message) => ({canister, message, bytes: storedBytes(message)})))
    .sort((a, b) => b.bytes - a.bytes)
}
