/**
 * Evaluates query methods outside of replication: nothing they do lasts.
 *
 * `startQuery` runs the method; where it made calls (composite queries) and did not answer, the caller of this module walks the graph and
 * brings every response to `resumeQuery`. Source: digest execution-and-cycles section 8; system-api section 3.
 */

import {MANAGEMENT_CANISTER_ID, type Principal, principalToText} from '../../protocol/principal.js'
import {isFrozen} from '../cycles/freezing-limit.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {frozenQueryMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CallOutcome, ResponsePayload, SenderInfo} from '../state/messages.js'
import type {ExecutionMode} from '../system-api/modes.js'
import type {PerformedCall} from '../system-api/system-state-changes.js'
import {type CallError, outcomeOfAnswer, outcomeOfError} from './answers.js'
import type {ExecutionEnvironment, QueryCall, QueryResult} from './environment.js'
import {describeError} from './error-text.js'
import {entryOf, payloadFacts, withCleanupError} from './execute-response.js'
import {exportNameOf, findMethod, findModuleInfo, type MethodKind, NO_MODULE} from './find-method.js'
import {type ExecutionPlan, errorOf, runExecution} from './run-execution.js'
import type {ExecutedCode, FinishedExecution} from './runtime.js'
import {callFacts} from './sandbox-facts.js'

/** A composite query that waits for responses: its canister with the changed memories, and what it called. */
export interface QueryFrame {
  readonly canister: CanisterState
  readonly caller: Principal
  readonly senderInfo?: SenderInfo
  readonly code: ExecutedCode
  /** Calls not made yet, oldest first. */
  readonly pending: readonly PerformedCall[]
  /** Of this evaluation so far: performance counter 1. */
  readonly instructions: bigint
}

/** `instructions` are those of this step alone. */
export type QueryStep =
  | {readonly kind: 'answered'; readonly outcome: CallOutcome; readonly instructions: bigint}
  | {readonly kind: 'waiting'; readonly frame: QueryFrame; readonly instructions: bigint}

export interface QueryOptions {
  readonly instructionLimit: bigint
  /** False for a callee inside a composite query: it sees no data certificate. */
  readonly isEntry: boolean
}

/** Runs the transform function of an HTTPS outcall; its caller is the management canister. */
export function executeTransform(canister: CanisterState, method: string, payload: Uint8Array, env: ExecutionEnvironment): QueryResult {
  const call: QueryCall = {caller: MANAGEMENT_CANISTER_ID, method, payload}
  const found = lookUp(canister, method, env)
  if ('errorCode' in found) return {outcome: outcomeOfError(found), instructions: 0n}
  if (found.kind === 'compositeQuery')
    return refused(canister, 'IC0527', 'Composite query cannot be used as transform in canister http outcalls.')
  const instructionLimit = instructionLimits(env.isSystemSubnet).query
  return finish(canister, runEntry(canister, call, env, {mode: 'TQ', kind: found.kind, instructionLimit}))
}

/** Runs the method of a query call up to its answer, or to the calls it has made. */
export function startQuery(canister: CanisterState, call: QueryCall, env: ExecutionEnvironment, options: QueryOptions): QueryStep {
  const found = lookUp(canister, call.method, env)
  if ('errorCode' in found) return {kind: 'answered', outcome: outcomeOfError(found), instructions: 0n}
  const {getDataCertificate} = env
  const output = runEntry(canister, call, env, {
    mode: found.kind === 'query' ? 'NRQ' : 'CQ',
    kind: found.kind,
    instructionLimit: options.instructionLimit,
    ...(options.isEntry && getDataCertificate && {getDataCertificate: () => getDataCertificate(canister.id)}),
  })
  const context = {canister, caller: call.caller, ...(call.senderInfo && {senderInfo: call.senderInfo}), pending: [], instructions: 0n}
  return next(context, output)
}

/** Brings the response to `call` (taken off `frame.pending`) to its callback, up to the next answer or wait. */
export function resumeQuery(
  frame: QueryFrame,
  call: PerformedCall,
  response: ResponsePayload,
  {env, instructionLimit}: {readonly env: ExecutionEnvironment; readonly instructionLimit: bigint},
): QueryStep {
  const isReply = response.kind === 'reply'
  const facts = callFacts(frame.caller, {
    ...payloadFacts(response),
    ...(frame.senderInfo && {senderInfo: frame.senderInfo}),
    earlierInstructions: frame.instructions,
  })
  const plan: ExecutionPlan = {
    mode: isReply ? 'CRy' : 'CRt',
    entry: entryOf(isReply ? call.onReply : call.onReject),
    call: facts,
    instructionLimit,
    effects: 'keep',
    code: frame.code,
  }
  const output = runExecution(frame.canister, env, plan)
  const error = errorOf(frame.canister, output)
  if (!error || !call.onCleanup) return next(frame, output)
  const cleanup = runExecution(frame.canister, env, {
    ...plan,
    mode: 'CC',
    entry: entryOf(call.onCleanup),
    instructionLimit: instructionLimit - output.instructions,
  })
  const failed = withCleanupError(error, errorOf(frame.canister, cleanup))
  return {kind: 'answered', outcome: outcomeOfError(failed), instructions: output.instructions + cleanup.instructions}
}

/** Ends a frame that goes on no more: answered, or given up. */
export function abandonQuery(frame: QueryFrame, env: ExecutionEnvironment): void {
  env.runtime.release(frame.code.heap)
}

/** All calls have come back and nothing was answered. */
export function noResponse(canister: CanisterState): CallError {
  return {errorCode: 'IC0506', message: `Canister ${principalToText(canister.id)} did not produce a response`}
}

/** The frame after a step that did not fail, or the answer. */
function next(before: Omit<QueryFrame, 'code'> & {readonly code?: ExecutedCode}, output: FinishedExecution): QueryStep {
  const {result, instructions} = output
  if (result.kind === 'failure' || result.changes.answer) return {kind: 'answered', ...finish(before.canister, output)}
  const pending = [...before.pending, ...result.changes.calls]
  const code = result.code ?? before.code
  if (pending.length === 0 || !code) return {kind: 'answered', ...finish(before.canister, output)}
  return {kind: 'waiting', frame: {...before, code, pending, instructions: before.instructions + instructions}, instructions}
}

function finish(canister: CanisterState, output: FinishedExecution): QueryResult {
  const {instructions, result} = output
  const answer = result.kind === 'success' ? result.changes.answer : undefined
  if (answer) return {outcome: outcomeOfAnswer(answer), instructions}
  return {outcome: outcomeOfError(errorOf(canister, output) ?? noResponse(canister)), instructions}
}

interface EntryOptions {
  readonly mode: ExecutionMode
  readonly kind: MethodKind
  readonly instructionLimit: bigint
  readonly getDataCertificate?: () => Uint8Array | undefined
}

function runEntry(canister: CanisterState, call: QueryCall, env: ExecutionEnvironment, options: EntryOptions): FinishedExecution {
  const {mode, kind, instructionLimit, getDataCertificate} = options
  return runExecution(canister, env, {
    mode,
    entry: {kind: 'export', name: exportNameOf(kind, call.method)},
    call: callFacts(call.caller, {payload: call.payload, ...(call.senderInfo && {senderInfo: call.senderInfo})}),
    instructionLimit,
    effects: mode === 'CQ' ? 'forkToWait' : 'drop',
    ...(getDataCertificate && {getDataCertificate}),
  })
}

/** The kind of a query method, or why the canister cannot be queried. */
function lookUp(canister: CanisterState, method: string, env: ExecutionEnvironment): {readonly kind: MethodKind} | CallError {
  if (canister.status.kind !== 'running')
    return {
      errorCode: canister.status.kind === 'stopped' ? 'IC0508' : 'IC0509',
      message: `Canister ${principalToText(canister.id)} is not running`,
    }
  const info = findModuleInfo(canister, env)
  if (!info) return {errorCode: NO_MODULE.errorCode, message: describeError(canister.id, NO_MODULE)}
  if (isFrozen(canister, env.fees)) return {errorCode: 'IC0207', message: frozenQueryMessage(canister)}
  const kind = findMethod(info, method, ['query', 'compositeQuery'])
  if (kind) return {kind}
  const error = {errorCode: 'IC0536', description: `Canister has no query method '${method}'.`}
  return {errorCode: error.errorCode, message: describeError(canister.id, error)}
}

function refused(canister: CanisterState, errorCode: string, description: string): QueryResult {
  return {outcome: outcomeOfError({errorCode, message: describeError(canister.id, {errorCode, description})}), instructions: 0n}
}
