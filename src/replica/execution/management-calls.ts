/** Runs calls to the management canister that were inducted, in order, within a budget. Digest execution-and-cycles section 4, step 5. */

import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import type {ManagementOutcome} from '../management/execute-management-call.js'
import {getSubnet} from '../registry/ranges.js'
import type {CanisterState} from '../state/canister-state.js'
import {markProcessing} from '../state/ingress-history.js'
import type {Ingress, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {answerManagementCall, deliverAnswersOfManagement} from './answers.js'
import type {ExecutionRooms, RoundContext} from './execution-rooms.js'

/** Starts calls while `budget` is above zero; returns what is left of it. */
export function executeManagementCalls(state: ReplicatedState, budget: bigint, context: RoundContext): bigint {
  const {env, registry, rooms} = context
  const where = {state, env, subnet: getSubnet(registry, state.subnetId)}
  let rest = budget
  while (rest > 0n) {
    const call = state.subnetInput.shift()
    if (call === undefined) break
    const result = rooms.executeManagementCall(where, call)
    finish(state, call, result, context)
    rest -= result.instructions
    trace(state, call, result, context)
  }
  return rest
}

function finish(
  state: ReplicatedState,
  call: Ingress | Request,
  {outcome, refund, answers}: ManagementOutcome,
  {rooms}: RoundContext,
): void {
  if (answers.length > 0) deliverAnswersOfManagement(state, findTarget(state, call, rooms), answers)
  if (call.kind === 'ingress') state.metrics.updateTransactionsTotal++
  if (outcome) answerManagementCall(state, call, outcome, refund)
  else if (call.kind === 'ingress') markProcessing(state, call.id)
}

function findTarget(state: ReplicatedState, call: Ingress | Request, rooms: ExecutionRooms): CanisterState | undefined {
  const id = call.kind === 'ingress' ? call.effectiveCanisterId : rooms.findEffectiveCanisterId(call.method, call.payload)
  return id === undefined || id === 'any' ? undefined : state.canisters.get(id)
}

function trace(
  {height}: ReplicatedState,
  call: Ingress | Request,
  {outcome, instructions}: ManagementOutcome,
  context: RoundContext,
): void {
  const text = !outcome ? 'deferred' : outcome.kind === 'reply' ? 'replied' : `${outcome.errorCode}: ${outcome.message}`
  const {kind, sender, method} = call
  const cycles = call.kind === 'request' ? call.cycles : 0n
  context.trace?.({height, kind, caller: sender, callee: MANAGEMENT_CANISTER_ID, method, cycles, instructions, outcome: text})
}
