/**
 * Executions in slices: one that passes its slice is paused, and its canister held until a later round has collected the outcome.
 *
 * Everything needed to go on is plain data in the state: what runs (the snapshot it began from, so that time, balance and caller stay those
 * of its beginning), and the conclusion that its outcome is for. So it survives a restart, and a runtime that forgot its lane starts anew.
 * Source: digest execution-and-cycles section 3, "DTS".
 */

import {invariant} from '../../base/invariant.js'
import type {ExecutionBudget} from '../cycles/execution-charge.js'
import type {Callback} from '../state/call-contexts.js'
import type {CanisterState, LongExecution, LongExecutionCause} from '../state/canister-state.js'
import type {CallContextId, Response} from '../state/messages.js'
import type {CallError} from './answers.js'
import type {ExecutionEnvironment, ExecutionResult} from './environment.js'
import {type ExecutionPlan, makeInput} from './run-execution.js'
import type {ExecutionInput, FinishedExecution} from './runtime.js'

/** What an outcome is for, in the call context that is open for it. */
export type Conclusion =
  | {
      readonly kind: 'call' | 'task'
      readonly contextId: CallContextId
      readonly prepaidCycles: bigint
      readonly budget: ExecutionBudget
    }
  | {readonly kind: 'callback'; readonly contextId: CallContextId; readonly callback: Callback; readonly response: Response}
  /** `spent` and `error` are those of the callback that failed. */
  | {
      readonly kind: 'cleanup'
      readonly contextId: CallContextId
      readonly callback: Callback
      readonly spent: bigint
      readonly error: CallError
    }

/** A plan for the canister's own code, with what it begins, and is concluded by. */
export interface ExecutionStart {
  readonly cause: LongExecutionCause
  readonly plan: Omit<ExecutionPlan, 'code' | 'getDataCertificate'>
  readonly conclusion: Conclusion
}

/** What a paused execution runs, without the code. */
export type PausedRun = Omit<ExecutionInput, 'code' | 'fuel'>

/** `LongExecution.stage` of a message or task. */
interface MessageStage {
  readonly plan: ExecutionStart['plan']
  readonly conclusion: Conclusion
  readonly run: PausedRun
}

/** Runs to the end; or to the end of the first slice: then the canister is held, and the outcome undefined. */
export function startExecution(canister: CanisterState, env: ExecutionEnvironment, start: ExecutionStart): FinishedExecution | undefined {
  const {code, ...run} = makeInput(canister, env, start.plan)
  const output = env.runtime.run({code, ...run, ...(env.slices && {fuel: env.slices.first})})
  if (output.kind === 'finished') return output
  const {cause, plan, conclusion} = start
  hold(canister, env, {cause, stage: {plan, conclusion, run} satisfies MessageStage})
  return undefined
}

/** What `startExecution` without an outcome amounts to in its round. */
export function pausedResult({slices}: ExecutionEnvironment): ExecutionResult {
  return {instructions: slices?.first ?? 0n, answers: [], isPaused: true}
}

/** Keeps the canister from executing anything else. One that is held already goes on holding since it first was. */
export function hold(
  canister: CanisterState,
  env: ExecutionEnvironment,
  {cause, stage, draftCode}: Pick<LongExecution, 'cause' | 'stage' | 'draftCode'>,
): void {
  const fuel = env.slices?.first
  invariant(fuel, 'only executions in slices are paused')
  const sinceHeight = canister.longExecution?.sinceHeight ?? env.height
  canister.longExecution = {cause, sinceHeight, fuel, stage, ...(draftCode && {draftCode})}
}

/** At the end of a round: gives a paused execution its next slice, which it uses until the next round. */
export function grantSlice(canister: CanisterState, env: ExecutionEnvironment): void {
  const long = getLongExecution(canister)
  const {instructionLimit} = runOf(long)
  const granted = long.fuel + (env.slices?.further ?? instructionLimit)
  canister.longExecution = {...long, fuel: granted < instructionLimit ? granted : instructionLimit}
  env.runtime.proceed(inputOf(canister))
}

/** Drops all progress; the prepayment stays, and `fuel` 0 asks for a new beginning. */
export function abortLongExecution(canister: CanisterState, env: ExecutionEnvironment): void {
  canister.longExecution = {...getLongExecution(canister), fuel: 0n}
  env.runtime.abandon(canister.id)
}

/** What a paused execution came to in the slices granted so far; undefined while it is paused. Holds the canister still. */
export function collectExecution(canister: CanisterState, env: ExecutionEnvironment): FinishedExecution | undefined {
  const output = env.runtime.collect(inputOf(canister))
  return output.kind === 'finished' ? output : undefined
}

/** The outcome of a message or task that was paused: undefined while it is. Begins anew one that was aborted. */
export function resumeExecution(
  canister: CanisterState,
  env: ExecutionEnvironment,
): {readonly output: FinishedExecution; readonly conclusion: Conclusion; readonly timeNs: bigint} | undefined {
  const {cause, fuel, stage} = getLongExecution(canister)
  const {plan, conclusion, run} = stage as MessageStage
  const isNew = fuel === 0n
  const output = isNew ? startExecution(canister, env, {cause, plan, conclusion}) : collectExecution(canister, env)
  if (!output) return undefined
  canister.longExecution = undefined
  return {output, conclusion, timeNs: isNew ? env.timeNs : run.sandbox.subnet.timeNs}
}

export function getLongExecution({id, longExecution}: CanisterState): LongExecution {
  invariant(longExecution, `canister ${id} has no long execution`)
  return longExecution
}

function runOf({stage}: LongExecution): PausedRun {
  return (stage as {readonly run: PausedRun}).run
}

/** The first run of a module has no globals yet. */
function inputOf(canister: CanisterState): ExecutionInput {
  const long = getLongExecution(canister)
  const run = runOf(long)
  const code = long.draftCode ?? canister.code
  invariant(code, `canister ${canister.id} has no code to go on with`)
  const {globals, ...first} = code
  return {...run, code: run.entry.kind === 'start' ? first : {...first, globals}, fuel: long.fuel}
}
