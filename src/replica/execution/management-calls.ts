/** Runs calls to the management canister that were inducted, in order, within a budget. Digest section 4, step 5. */

import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import type {ManagementExecution} from '../management/execute-management-call.js'
import {markProcessing} from '../state/ingress-history.js'
import type {Ingress, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {answerManagementCall, deliverAnswers} from './answers.js'
import type {RoundContext} from './execution-rooms.js'

/** Starts calls while `budget` is above zero; returns what is left of it. */
export function executeManagementCalls(state: ReplicatedState, budget: bigint, context: RoundContext): bigint {
  let rest = budget
  while (rest > 0n) {
    const call = state.subnetInput.shift()
    if (call === undefined) break
    const step = context.rooms.executeManagementCall(state, call, context.env)
    finish(state, call, step)
    rest -= step.instructions ?? 0n
    trace(state, call, step, context)
  }
  return rest
}

function finish(state: ReplicatedState, call: Ingress | Request, step: ManagementExecution): void {
  const from = step.answersFrom === undefined ? undefined : state.canisters.get(step.answersFrom)
  if (from && step.answers) deliverAnswers(state, from, step.answers)
  for (const ended of step.ended ?? []) answerManagementCall(state, ended.call, ended.outcome, attachedCycles(ended.call))
  if (call.kind === 'ingress') {
    state.metrics.updateTransactionsTotal++
    if (state.canisters.has(call.effectiveCanisterId)) state.touched.canisters.add(call.effectiveCanisterId)
  }
  if (step.kind === 'deferred') {
    if (call.kind === 'ingress') markProcessing(state, call.id)
    return
  }
  answerManagementCall(state, call, step, attachedCycles(call) - (step.acceptedCycles ?? 0n))
}

function attachedCycles(call: Ingress | Request): bigint {
  return call.kind === 'request' ? call.cycles : 0n
}

function trace({height}: ReplicatedState, call: Ingress | Request, step: ManagementExecution, context: RoundContext): void {
  context.trace?.({
    height,
    kind: call.kind,
    caller: call.sender,
    callee: MANAGEMENT_CANISTER_ID,
    method: call.method,
    cycles: call.kind === 'request' ? call.cycles : 0n,
    instructions: step.instructions ?? 0n,
    outcome: step.kind === 'reject' ? `${step.errorCode}: ${step.message}` : step.kind === 'reply' ? 'replied' : 'deferred',
  })
}
