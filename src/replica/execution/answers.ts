/**
 * Delivering answers: to the ingress history, or as a response on its way to the calling canister.
 *
 * Source: digest execution-and-cycles section 2.
 */

import {decodeUtf8Lossy, encodeUtf8} from '../../base/bytes.js'
import type {Answer} from '../canister/environment.js'
import type {CanisterState} from '../state/canister-state.js'
import {answerIngress} from '../state/ingress-history.js'
import {
  type CallOutcome,
  type Ingress,
  MAX_REJECT_MESSAGE_BYTES,
  type Request,
  type Response,
  type ResponsePayload,
} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'

/** Sends what call contexts of `respondent` answered. */
export function deliverAnswers(state: ReplicatedState, respondent: CanisterState, answers: readonly Answer[]): void {
  for (const {origin, outcome, refund} of answers) {
    if (origin.kind === 'ingress') answerIngress(state, origin.messageId, outcome)
    if (origin.kind !== 'canister') continue
    const {sender, callbackId, deadlineSeconds} = origin
    respondent.queues.pushOutputResponse({
      kind: 'response',
      originator: sender,
      respondent: respondent.id,
      callbackId,
      refund,
      payload: payloadOf(outcome),
      deadlineSeconds,
    })
  }
}

/** Answers a call to the management canister; a canister gets `refund` of its attached cycles back. */
export function answerManagementCall(state: ReplicatedState, call: Ingress | Request, outcome: CallOutcome, refund: bigint): void {
  if (call.kind === 'ingress') {
    answerIngress(state, call.id, outcome)
    return
  }
  state.subnetOutput.push(responseTo(call, payloadOf(outcome), refund))
}

export function responseTo(request: Request, payload: ResponsePayload, refund: bigint): Response {
  const {sender, receiver, callbackId, deadlineSeconds} = request
  return {kind: 'response', originator: sender, respondent: receiver, callbackId, refund, payload, deadlineSeconds}
}

/** A reject whose text, when too long, has lost its middle. */
export function rejectPayload(code: (ResponsePayload & {kind: 'reject'})['code'], message: string): ResponsePayload {
  const bytes = encodeUtf8(message)
  if (bytes.length <= MAX_REJECT_MESSAGE_BYTES) return {kind: 'reject', code, message}
  const half = (MAX_REJECT_MESSAGE_BYTES - 3) >> 1
  return {kind: 'reject', code, message: `${decodeWhole(bytes.subarray(0, half))}...${decodeWhole(bytes.subarray(-half))}`}
}

function payloadOf(outcome: CallOutcome): ResponsePayload {
  return outcome.kind === 'reply' ? {kind: 'reply', data: outcome.data} : rejectPayload(outcome.code, outcome.message)
}

/** Text of a cut-out of UTF-8, without the characters that the cuts broke. */
function decodeWhole(bytes: Uint8Array): string {
  return decodeUtf8Lossy(bytes).replaceAll('\uFFFD', '')
}
