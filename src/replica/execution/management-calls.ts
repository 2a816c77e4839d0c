/** Runs calls to the management canister that were inducted, in order, within a budget. Digest execution-and-cycles section 4, step 5. */

import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import type {FeeTable} from '../cycles/fees.js'
import {delayedIngressCost, isFeeDelayed} from '../cycles/ingress-charge.js'
import {minCycles} from '../cycles/withdraw.js'
import type {ManagementExecution} from '../management/execute-management-call.js'
import {getSubnet} from '../registry/ranges.js'
import {markProcessing} from '../state/ingress-history.js'
import type {Ingress, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {answerManagementCall, deliverAnswers} from './answers.js'
import type {RoundContext} from './execution-rooms.js'

/** Starts calls while `budget` is above zero; returns what is left of it. */
export function executeManagementCalls(state: ReplicatedState, budget: bigint, context: RoundContext): bigint {
  const {env, registry, rooms} = context
  const where = {state, env, subnet: getSubnet(registry, state.subnetId)}
  let rest = budget
  while (rest > 0n) {
    const call = state.subnetInput.shift()
    if (call === undefined) break
    const result = rooms.executeManagementCall(where, call)
    finish(state, call, result)
    chargeDelayedFee(state, call, env.fees)
    rest -= result.instructions ?? 0n
    trace(state, call, result, context)
  }
  return rest
}

function finish(state: ReplicatedState, call: Ingress | Request, step: ManagementExecution): void {
  const from = step.answersFrom === undefined ? undefined : state.canisters.get(step.answersFrom)
  if (from && step.answers) deliverAnswers(state, from, step.answers)
  for (const ended of step.ended ?? []) answerManagementCall(state, ended.call, ended.outcome, attachedCycles(ended.call))
  if (call.kind === 'ingress') state.metrics.updateTransactionsTotal++
  if (step.kind !== 'deferred') answerManagementCall(state, call, step, attachedCycles(call) - (step.acceptedCycles ?? 0n))
  else if (call.kind === 'ingress') markProcessing(state, call.id)
}

/** A short `update_settings` was inducted for free, so that it could thaw a frozen canister; the fee is taken as far as the balance goes. */
function chargeDelayedFee(state: ReplicatedState, call: Ingress | Request, fees: FeeTable): void {
  if (call.kind !== 'ingress' || !isFeeDelayed(call)) return
  const canister = state.canisters.get(call.effectiveCanisterId)
  if (!canister) return
  const cycles = minCycles(delayedIngressCost(call, fees), canister.cycles)
  canister.cycles -= cycles
  canister.consumed.ingressInduction += cycles
  state.touched.canisters.add(canister.id)
}

function attachedCycles(call: Ingress | Request): bigint {
  return call.kind === 'request' ? call.cycles : 0n
}

function trace({height}: ReplicatedState, call: Ingress | Request, step: ManagementExecution, context: RoundContext): void {
  const outcome = step.kind === 'deferred' ? 'deferred' : step.kind === 'reply' ? 'replied' : `${step.errorCode}: ${step.message}`
  const {kind, sender, method} = call
  const instructions = step.instructions ?? 0n
  context.trace?.({
    height,
    kind,
    caller: sender,
    callee: MANAGEMENT_CANISTER_ID,
    method,
    cycles: attachedCycles(call),
    instructions,
    outcome,
  })
}
