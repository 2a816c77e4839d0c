/**
 * The life of a call context: opened by a message or task, answered at most once, closed when no callback of it is outstanding.
 *
 * Source: digest execution-and-cycles section 2, rules 1, 2 and 7; IC interface specification, "Call contexts".
 */

import type {Principal} from '../../protocol/principal.js'
import type {CallContext, CallOrigin} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import type {SenderInfo} from '../state/messages.js'
import type {SandboxAnswer} from '../system-api/system-state-changes.js'
import {type CallError, failureAnswer, noResponseAnswer, outcomeOfAnswer, uninstalledAnswer} from './answers.js'
import type {Answer} from './environment.js'

export interface NewCallContext {
  readonly origin: CallOrigin
  readonly caller: Principal
  readonly senderInfo?: SenderInfo
  readonly cycles: bigint
  readonly timeNs: bigint
}

/** Tasks have nobody to answer: their contexts count as answered from the start. */
export function openCallContext(canister: CanisterState, {origin, caller, senderInfo, cycles, timeNs}: NewCallContext): CallContext {
  const context: CallContext = {
    id: canister.nextCallContextId++,
    origin,
    caller,
    ...(senderInfo && {senderInfo}),
    startTimeNs: timeNs,
    responded: origin.kind === 'task',
    deleted: false,
    availableCycles: cycles,
    instructionsExecuted: 0n,
  }
  canister.callContexts.set(context.id, context)
  return context
}

/**
 * After an execution: passes on what it answered, and closes the context when nothing is outstanding. Then a context without an answer is
 * rejected, with the error of this last execution if it failed.
 */
export function settleCallContext(
  canister: CanisterState,
  context: CallContext,
  ended: {readonly answer?: SandboxAnswer; readonly error?: CallError},
): Answer[] {
  const answers: Answer[] = []
  if (ended.answer) answers.push({origin: context.origin, outcome: outcomeOfAnswer(ended.answer), refund: respond(context)})
  if (hasOutstandingCallbacks(canister, context)) return answers
  canister.callContexts.delete(context.id)
  if (context.responded) return answers
  const refund = respond(context)
  const {origin} = context
  return [ended.error ? failureAnswer(origin, ended.error, refund) : noResponseAnswer(canister, origin, refund)]
}

/** Answers every open context, as its code is going away. Contexts with outstanding callbacks stay, so that refunds find their way. */
export function abandonCallContexts(canister: CanisterState): Answer[] {
  const answers: Answer[] = []
  for (const context of [...canister.callContexts.values()].sort((a, b) => a.id - b.id)) {
    if (!context.responded) answers.push(uninstalledAnswer(context.origin, respond(context)))
    context.deleted = true
    dropIfDone(canister, context)
  }
  return answers
}

/** A deleted context goes when its last callback has. */
export function dropIfDone(canister: CanisterState, context: CallContext): void {
  if (!hasOutstandingCallbacks(canister, context)) canister.callContexts.delete(context.id)
}

/** Marks the context answered and gives the cycles to refund. */
function respond(context: CallContext): bigint {
  const refund = context.availableCycles
  context.responded = true
  context.availableCycles = 0n
  return refund
}

function hasOutstandingCallbacks(canister: CanisterState, context: CallContext): boolean {
  for (const callback of canister.callbacks.values()) if (callback.callContextId === context.id) return true
  return false
}
