/** Runs calls to the management canister that were inducted, in order, within a budget. Digest execution-and-cycles section 4, step 5. */

import {invariant} from '../../base/invariant.js'
import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import type {FeeTable} from '../cycles/fees.js'
import {delayedIngressCost, isFeeDelayed} from '../cycles/ingress-charge.js'
import {minCycles} from '../cycles/withdraw.js'
import {findEffectiveCanisterId} from '../management/effective-canister-id.js'
import type {ManagementEnvironment, ManagementExecution} from '../management/execute-management-call.js'
import {getSubnet} from '../registry/ranges.js'
import type {CanisterState} from '../state/canister-state.js'
import {markProcessing} from '../state/ingress-history.js'
import type {Ingress, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'
import {answerManagementCall, deliverAnswers} from './answers.js'
import type {RoundContext} from './execution-rooms.js'

/** Starts calls while `budget` is above zero; returns what is left of it. Calls about a canister with a long execution wait. */
export function executeManagementCalls(state: ReplicatedState, budget: bigint, context: RoundContext): bigint {
  const {env, rooms} = context
  let rest = budget
  while (rest > 0n) {
    const [call] = state.subnetInput.splice(findReadyCall(state), 1)
    if (call === undefined) break
    const result = rooms.executeManagementCall(placeOf(state, context), call)
    if (call.kind === 'ingress') state.metrics.updateTransactionsTotal++
    finish(state, call, result)
    chargeDelayedFee(state, call, env.fees)
    rest -= result.instructions ?? 0n
    trace(state, call, result, context)
  }
  return rest
}

/** Whether `executeManagementCalls` has something to do. */
export function hasReadyCall(state: ReplicatedState): boolean {
  return findReadyCall(state) < state.subnetInput.length
}

/** Goes on with a long installation. */
export function resumeInstallation(state: ReplicatedState, canister: CanisterState, context: RoundContext): void {
  const {cause} = canister.longExecution!
  invariant(cause.kind === 'install', 'only installations are resumed here')
  const result = context.rooms.resumeManagementCall(placeOf(state, context), canister)
  finish(state, cause.call, result)
  if (result.kind !== 'deferred') trace(state, cause.call, result, context)
}

function placeOf(state: ReplicatedState, {env, registry}: RoundContext): Omit<ManagementEnvironment, 'chainKeySeed'> {
  return {state, env, subnet: getSubnet(registry, state.subnetId)}
}

/** Position of the oldest call that need not wait; the end when there is none. There is one long installation at a time. */
function findReadyCall(state: ReplicatedState): number {
  const {subnetInput} = state
  if (subnetInput.length === 0) return 0
  const held = selectCanisters(state, ({longExecution}) => longExecution !== undefined)
  const isInstalling = held.some(({longExecution}) => longExecution?.cause.kind === 'install')
  const position = held.length === 0 ? 0 : subnetInput.findIndex((call) => isReady(call, held, isInstalling))
  return position < 0 ? subnetInput.length : position
}

function isReady({method, payload}: Ingress | Request, held: readonly CanisterState[], isInstalling: boolean): boolean {
  if (isInstalling && INSTALLATIONS.includes(method)) return false
  const target = findEffectiveCanisterId(method, payload)
  return held.every(({id}) => id !== target)
}

const INSTALLATIONS = ['install_code', 'install_chunked_code']

function finish(state: ReplicatedState, call: Ingress | Request, step: ManagementExecution): void {
  const from = step.answersFrom === undefined ? undefined : state.canisters.get(step.answersFrom)
  if (from && step.answers) deliverAnswers(state, from, step.answers)
  for (const ended of step.ended ?? []) answerManagementCall(state, ended.call, ended.outcome, attachedCycles(ended.call))
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
