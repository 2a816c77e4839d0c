/**
 * Executes the callback that a response is for, and the cleanup when the callback fails.
 *
 * Cycles come back before the callback runs, whatever becomes of it; its execution was prepaid by the call. Responses bypass the freezing
 * limit. A response nobody waits for any more (a best-effort call that timed out) changes nothing.
 * Source: digest execution-and-cycles section 2, rules 3 to 7.
 */

import {invariant} from '../../base/invariant.js'
import {refundResponseTransmission} from '../cycles/call-charge.js'
import {refundExecution} from '../cycles/execution-charge.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import type {Callback, CallContext, Closure} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Response, ResponsePayload} from '../state/messages.js'
import type {CallFacts} from '../system-api/sandbox-input.js'
import type {CallError} from './answers.js'
import {dropIfDone, settleCallContext} from './call-context-life.js'
import type {ExecutionEnvironment, ExecutionResult} from './environment.js'
import {type Conclusion, pausedResult, startExecution} from './long-execution.js'
import {absorbExecution, concludeExecution, errorOf} from './run-execution.js'
import type {FinishedExecution} from './runtime.js'
import {callFacts} from './sandbox-facts.js'

/** Part of the limit that a callback leaves to its cleanup, in percent. */
const CLEANUP_RESERVE_PERCENT = 5n
const NS_PER_SECOND = 1_000_000_000n

export function executeResponse(canister: CanisterState, response: Response, env: ExecutionEnvironment): ExecutionResult {
  const callback = canister.callbacks.get(response.callbackId)
  if (!callback) return {instructions: 0n, answers: []}
  const context = canister.callContexts.get(callback.callContextId)
  invariant(context, `callback ${callback.id} of ${canister.id} belongs to no call context`)
  canister.callbacks.delete(callback.id)
  canister.cycles += response.refund
  refundResponseTransmission(canister, callback, response.payload, env.fees)
  if (!context.deleted && canister.code) return runCallback(canister, response, {callback, context}, env)
  return refundCallback(canister, callback, discard(canister, context), env)
}

/** The execution of the callback was prepaid by the call: what it and its cleanup did not use comes back. */
function refundCallback(canister: CanisterState, callback: Callback, result: ExecutionResult, env: ExecutionEnvironment): ExecutionResult {
  refundExecution(
    canister,
    callback.prepaidExecutionCycles,
    {
      instructionLimit: instructionLimits(env.isSystemSubnet).message,
      isWasm64: canister.code?.module.isWasm64 ?? false,
      instructionsUsed: result.instructions,
    },
    env.fees,
  )
  return result
}

/** The code that called is gone. */
function discard(canister: CanisterState, context: CallContext): ExecutionResult {
  dropIfDone(canister, context)
  return {instructions: 0n, answers: []}
}

interface Pending {
  readonly callback: Callback
  readonly context: CallContext
}

function runCallback(
  canister: CanisterState,
  response: Response,
  {callback, context}: Pending,
  env: ExecutionEnvironment,
): ExecutionResult {
  const limit = instructionLimits(env.isSystemSubnet).message
  const isReply = response.payload.kind === 'reply'
  const conclusion = {kind: 'callback', contextId: context.id, callback, response} as const
  const output = startExecution(canister, env, {
    cause: {kind: 'message', message: response},
    plan: {
      mode: isReply ? 'Ry' : 'Rt',
      entry: entryOf(isReply ? callback.onReply : callback.onReject),
      call: responseFacts(context, response),
      instructionLimit: limit - (limit * CLEANUP_RESERVE_PERCENT) / 100n,
      effects: 'keep',
    },
    conclusion,
  })
  return output ? concludeCallback(canister, conclusion, output, env) : pausedResult(env)
}

/** After the callback has ended: its effects and answers, or the cleanup of one that failed. */
export function concludeCallback(
  canister: CanisterState,
  {contextId, callback, response}: Extract<Conclusion, {kind: 'callback'}>,
  output: FinishedExecution,
  env: ExecutionEnvironment,
): ExecutionResult {
  const context = canister.callContexts.get(contextId)!
  const {instructions} = output
  const error = errorOf(canister, output)
  if (!error || !callback.onCleanup)
    return refundCallback(canister, callback, {instructions, ...concludeExecution(canister, context, output, env)}, env)
  absorbExecution(canister, context, output, env)
  return cleanUp(canister, response, {callback, context}, {env, spent: instructions, error})
}

/** Runs the cleanup with what the callback left. */
function cleanUp(
  canister: CanisterState,
  response: Response,
  {callback, context}: Pending,
  {env, spent, error}: {readonly env: ExecutionEnvironment; readonly spent: bigint; readonly error: CallError},
): ExecutionResult {
  const conclusion = {kind: 'cleanup', contextId: context.id, callback, spent, error} as const
  const output = startExecution(canister, env, {
    cause: {kind: 'message', message: response},
    plan: {
      mode: 'C',
      entry: entryOf(callback.onCleanup!),
      call: responseFacts(context, response),
      instructionLimit: instructionLimits(env.isSystemSubnet).message - spent,
      effects: 'keep',
    },
    conclusion,
  })
  return output ? concludeCleanup(canister, conclusion, output, env) : pausedResult(env)
}

/** After the cleanup: the caller still learns of the callback's error. */
export function concludeCleanup(
  canister: CanisterState,
  {contextId, callback, spent, error}: Extract<Conclusion, {kind: 'cleanup'}>,
  output: FinishedExecution,
  env: ExecutionEnvironment,
): ExecutionResult {
  const context = canister.callContexts.get(contextId)!
  absorbExecution(canister, context, output, env)
  const failed = withCleanupError(error, errorOf(canister, output))
  const answers = settleCallContext(canister, context, {error: failed})
  return refundCallback(canister, callback, {instructions: spent + output.instructions, answers, error: failed}, env)
}

/** The callback's error, with that of its cleanup behind it. */
export function withCleanupError(error: CallError, cleanupError: CallError | undefined): CallError {
  if (!cleanupError) return error
  return {...error, message: `${error.message}\n\ncall_on_cleanup also failed:\n\n${cleanupError.message}`}
}

export function entryOf(closure: Closure): {readonly kind: 'closure'; readonly closure: Closure} {
  return {kind: 'closure', closure}
}

/** How a canister sees a response: data, or code and text. */
export function payloadFacts(payload: ResponsePayload): Partial<CallFacts> {
  return payload.kind === 'reply' ? {payload: payload.data, rejectCode: 0} : {rejectCode: payload.code, rejectMessage: payload.message}
}

function responseFacts(context: CallContext, response: Response): CallFacts {
  const {origin, senderInfo} = context
  return callFacts(context.caller, {
    ...payloadFacts(response.payload),
    ...(senderInfo && {senderInfo}),
    isAnswered: context.responded,
    availableCycles: context.availableCycles,
    refundedCycles: response.refund,
    deadlineNs: origin.kind === 'canister' ? BigInt(origin.deadlineSeconds) * NS_PER_SECOND : 0n,
    earlierInstructions: context.instructionsExecuted,
  })
}
