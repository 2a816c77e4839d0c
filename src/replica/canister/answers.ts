/** Answers to the caller of a call context, in the words each kind of caller reads. */

import {principalToText} from '../../protocol/principal.js'
import {type ErrorCode, rejectCodeOf} from '../../protocol/reject-codes.js'
import type {CallOrigin} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallOutcome, RejectCode} from '../state/messages.js'
import type {SandboxAnswer} from '../system-api/system-state-changes.js'
import type {Answer} from './environment.js'
import {shortenMessage} from './error-text.js'

/** An error with its complete text. */
export interface CallError {
  readonly errorCode: string
  readonly message: string
}

/** What the canister itself answered. */
export function outcomeOfAnswer(answer: SandboxAnswer): CallOutcome {
  if (answer.kind === 'reply') return answer
  return {kind: 'reject', code: 4, message: shortenMessage(answer.message), errorCode: 'IC0406'}
}

/** A failure as a user reads it: code and text apart. */
export function outcomeOfError({errorCode, message}: CallError): CallOutcome {
  return {kind: 'reject', code: rejectCodeOf(errorCode as ErrorCode) as RejectCode, message: shortenMessage(message), errorCode}
}

/** The execution failed. Canisters read the code at the beginning of the text. */
export function failureAnswer(origin: CallOrigin, error: CallError, refund: bigint): Answer {
  const message = origin.kind === 'canister' ? `${error.errorCode}: ${error.message}` : error.message
  return {origin, outcome: outcomeOfError({...error, message}), refund}
}

/** The call context ended without an answer. */
export function noResponseAnswer(canister: CanisterState, origin: CallOrigin, refund: bigint): Answer {
  const message = origin.kind === 'canister' ? 'No response' : `Canister ${principalToText(canister.id)} did not reply to the call`
  return {origin, outcome: outcomeOfError({errorCode: 'IC0506', message}), refund}
}

/** The code that would have answered is gone. */
export function uninstalledAnswer(origin: CallOrigin, refund: bigint): Answer {
  return {origin, outcome: {kind: 'reject', code: 4, message: 'Canister has been uninstalled.', errorCode: 'IC0406'}, refund}
}
