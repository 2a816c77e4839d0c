/**
 * Finishing `stop_canister`: a stopping canister without open calls becomes stopped and its waiters are answered; a waiter gives up after
 * five minutes, while the canister stays stopping.
 *
 * Source: digest execution-and-cycles section 4, step 8; digest management-canister section 3, "Status machine".
 */

import type {CanisterState, StopContext} from '../state/canister-state.js'
import type {CallOutcome} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {answerManagementCall} from './answers.js'

export const STOP_TIMEOUT_NS = 300_000_000_000n
/** Candid message without values. */
const EMPTY_REPLY = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0)
const STOPPED: CallOutcome = {kind: 'reply', data: EMPTY_REPLY}
const TIMED_OUT: CallOutcome = {kind: 'reject', code: 2, errorCode: 'IC0206', message: 'Stop canister request timed out'}

export function finishStopping(state: ReplicatedState, canister: CanisterState): void {
  if (canister.status.kind !== 'stopping') return
  const {stopContexts} = canister.status
  if (canister.callContexts.size === 0 && canister.callbacks.size === 0) {
    canister.status = {kind: 'stopped'}
    canister.version++
    for (const context of stopContexts) answer(state, context, STOPPED)
  } else {
    const isLate = ({sinceNs}: StopContext) => sinceNs + STOP_TIMEOUT_NS <= state.timeNs
    if (!stopContexts.some(isLate)) return
    canister.status = {kind: 'stopping', stopContexts: stopContexts.filter((context) => !isLate(context))}
    for (const context of stopContexts.filter(isLate)) answer(state, context, TIMED_OUT)
  }
  state.touched.canisters.add(canister.id)
}

function answer(state: ReplicatedState, {call}: StopContext, outcome: CallOutcome): void {
  answerManagementCall(state, call, outcome, call.kind === 'request' ? call.cycles : 0n)
}
