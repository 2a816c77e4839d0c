/**
 * What times out at the beginning of a round: ingress messages, best-effort messages and callbacks, and messages that found no way to
 * another subnet.
 *
 * Source: digest execution-and-cycles sections 1, 2 and 4 (step 2).
 */

import {hasExpired} from '../state/canister-queues.js'
import type {CanisterState} from '../state/canister-state.js'
import {answerIngress} from '../state/ingress-history.js'
import type {Ingress, Request, ResponsePayload} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'
import {responseTo} from './answers.js'

/** A guaranteed request that could not leave for its subnet in this time is rejected. */
export const OUTPUT_TIMEOUT_NS = 300_000_000_000n

export function expireMessages(state: ReplicatedState): void {
  expireSubnetInput(state)
  expireOutbound(state)
  for (const canister of selectCanisters(state, mayExpire)) expireCanister(state, canister)
}

function mayExpire({queues, callbacks}: CanisterState): boolean {
  return queues.hasInput() || callbacks.size > 0
}

function expireCanister(state: ReplicatedState, canister: CanisterState): void {
  const {queues, callbacks} = canister
  for (const message of queues.takeExpiredIngress(state.timeNs)) expireIngress(state, message)
  for (const {cycles} of queues.takeExpiredRequests(state.timeNs)) {
    state.metrics.droppedCycles += cycles
    state.touched.canisters.add(canister.id)
  }
  if (callbacks.size > 0) expireCallbacks(state, canister)
}

function expireIngress(state: ReplicatedState, {id, receiver}: Ingress): void {
  const message = `Ingress message 0x${id} timed out waiting to start executing.`
  answerIngress(state, id, {kind: 'reject', code: 2, errorCode: 'IC0202', message})
  state.touched.canisters.add(receiver)
}

/** A callback whose deadline has come is answered for its callee; the callee's own answer will be too late. */
function expireCallbacks(state: ReplicatedState, canister: CanisterState): void {
  for (const callback of [...canister.callbacks.values()].sort((a, b) => a.id - b.id)) {
    const {id, respondent, deadlineSeconds} = callback
    if (!hasExpired(deadlineSeconds, state.timeNs) || canister.queues.hasResponseFor(id)) continue
    const response = {kind: 'response', originator: canister.id, callbackId: id, refund: 0n, payload: LATE} as const
    canister.queues.pushInput({...response, respondent, deadlineSeconds})
    state.touched.canisters.add(canister.id)
  }
}

function expireSubnetInput(state: ReplicatedState): void {
  const isExpired = (call: Ingress | Request) =>
    call.kind === 'ingress' ? call.expiryNs < state.timeNs : hasExpired(call.deadlineSeconds, state.timeNs)
  const expired = state.subnetInput.filter(isExpired)
  if (expired.length === 0) return
  state.subnetInput = state.subnetInput.filter((call) => !isExpired(call))
  for (const call of expired) {
    if (call.kind === 'ingress') expireIngress(state, call)
    else state.metrics.droppedCycles += call.cycles
  }
}

/** These have not left their sender: what they carry goes back. */
function expireOutbound(state: ReplicatedState): void {
  if (state.outbound.length === 0) return
  const kept: typeof state.outbound = []
  for (const entry of state.outbound) {
    const {message, sinceNs} = entry
    const isLate = hasExpired(message.deadlineSeconds, state.timeNs)
    const isStranded = message.kind === 'request' && message.deadlineSeconds === 0 && sinceNs + OUTPUT_TIMEOUT_NS <= state.timeNs
    if (!isLate && !isStranded) kept.push(entry)
    else if (message.kind === 'request') returnRequest(state, message, isLate ? LATE : STRANDED)
    else state.metrics.droppedCycles += message.refund
  }
  state.outbound = kept
}

const LATE: ResponsePayload = {kind: 'reject', code: 6, message: 'Call deadline has expired.'}
const STRANDED: ResponsePayload = {kind: 'reject', code: 2, message: 'Request timed out.'}

function returnRequest(state: ReplicatedState, request: Request, payload: ResponsePayload): void {
  state.canisters.get(request.sender)?.queues.pushInput(responseTo(request, payload, request.cycles))
  state.touched.canisters.add(request.sender)
}
