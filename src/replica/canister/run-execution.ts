/** One run of the canister's code, from its state to an outcome, and what every replicated execution leaves behind. */

import {invariant} from '../../base/invariant.js'
import type {CallContext} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import type {ExecutionMode, TaskKind} from '../system-api/modes.js'
import type {CallFacts} from '../system-api/sandbox-input.js'
import type {CallError} from './answers.js'
import {applyChanges} from './apply-changes.js'
import {settleCallContext} from './call-context-life.js'
import {appendLogs} from './canister-log.js'
import type {Answer, ExecutionEnvironment} from './environment.js'
import {describeError} from './error-text.js'
import type {Effects, EntryPoint, ExecutableCode, ExecutionInput, FinishedExecution} from './runtime.js'
import {canisterFacts, subnetFacts} from './sandbox-facts.js'

export interface ExecutionPlan {
  readonly mode: ExecutionMode
  readonly task?: TaskKind
  readonly entry: EntryPoint
  readonly call: CallFacts
  readonly instructionLimit: bigint
  readonly effects: Effects
  /** Other than the canister's own: install, and queries that go on. */
  readonly code?: ExecutableCode
  readonly getDataCertificate?: () => Uint8Array | undefined
}

const MAY_CALL: readonly ExecutionMode[] = ['U', 'CQ', 'Ry', 'Rt', 'CRy', 'CRt', 'T']

/** Runs to the end; changes nothing but heap and stable memory, and these only where the plan keeps effects. */
export function runExecution(canister: CanisterState, env: ExecutionEnvironment, plan: ExecutionPlan): FinishedExecution {
  const output = env.runtime.run(makeInput(canister, env, plan))
  invariant(output.kind === 'finished', 'an execution without slices runs to its end')
  return output
}

/** The snapshot that an execution begins from. */
export function makeInput(canister: CanisterState, env: ExecutionEnvironment, plan: ExecutionPlan): ExecutionInput {
  const {mode, task, entry, call, instructionLimit, effects, getDataCertificate} = plan
  const code = plan.code ?? canister.code
  invariant(code, `canister ${canister.id} has no code to run`)
  return {
    code,
    entry,
    sandbox: {
      mode,
      ...(task && {task}),
      canister: canisterFacts(canister, MAY_CALL.includes(mode)),
      call,
      subnet: subnetFacts(env, getDataCertificate),
    },
    instructionLimit,
    effects,
  }
}

/** The error of a failed execution with its text, or undefined. */
export function errorOf(canister: CanisterState, {result}: FinishedExecution): CallError | undefined {
  if (result.kind === 'success') return undefined
  return {errorCode: result.error.errorCode, message: describeError(canister.id, result.error)}
}

/** Takes over logs, counters and, after a success, every effect. The call context is not settled yet. */
export function absorbExecution(canister: CanisterState, context: CallContext, output: FinishedExecution, env: ExecutionEnvironment): void {
  appendLogs(canister, output.logs, env.timeNs)
  context.instructionsExecuted += output.instructions
  if (output.result.kind === 'failure') return
  const {changes, code} = output.result
  applyChanges(canister, changes, {...(code && {code}), context})
  canister.version++
}

/** `absorbExecution`, and the answers that follow. */
export function concludeExecution(
  canister: CanisterState,
  context: CallContext,
  output: FinishedExecution,
  env: ExecutionEnvironment,
): {readonly answers: readonly Answer[]; readonly error?: CallError} {
  absorbExecution(canister, context, output, env)
  const error = errorOf(canister, output)
  const answer = output.result.kind === 'success' ? output.result.changes.answer : undefined
  const answers = settleCallContext(canister, context, {...(answer && {answer}), ...(error && {error})})
  return {answers, ...(error && {error})}
}
