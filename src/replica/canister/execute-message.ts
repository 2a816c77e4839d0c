/**
 * Executes a call: an update, or a query method in a replicated way.
 *
 * Effects on success: memories, outgoing calls, balance, certified data, timer, log, version + 1; on failure log and charge only.
 * The order of refusals is that of the reference implementation: IC0207, IC0508/IC0509, IC0537, IC0536, IC0539, IC0527. A refused call
 * costs the base fee, but for IC0207. Source: digest execution-and-cycles sections 2, 3 and 6.
 */

import {principalToText} from '../../protocol/principal.js'
import {type ExecutionBudget, prepayExecution, refundExecution} from '../cycles/execution-charge.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {outOfCyclesMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, Request} from '../state/messages.js'
import {wasmMemoryLimitExceeded} from '../system-api/sandbox.js'
import {type CallError, failureAnswer} from './answers.js'
import {openCallContext} from './call-context-life.js'
import {callOriginOf} from './call-origin.js'
import type {ExecutionEnvironment, ExecutionResult} from './environment.js'
import {describeError} from './error-text.js'
import {exportNameOf, findMethod, findModuleInfo, type MethodKind, NO_MODULE} from './find-method.js'
import {type Conclusion, pausedResult, startExecution} from './long-execution.js'
import {concludeExecution} from './run-execution.js'
import type {FinishedExecution} from './runtime.js'
import {callFacts} from './sandbox-facts.js'

const NS_PER_SECOND = 1_000_000_000n

export function executeMessage(canister: CanisterState, message: Ingress | Request, env: ExecutionEnvironment): ExecutionResult {
  const info = findModuleInfo(canister, env)
  const method = info && findMethod(info, message.method, ['update', 'query', 'compositeQuery'])
  const limits = instructionLimits(env.isSystemSubnet)
  const budget: ExecutionBudget = {
    instructionLimit: method === 'query' ? limits.replicatedQuery : limits.message,
    isWasm64: info?.isWasm64 ?? false,
  }
  const prepaid = prepayExecution(canister, budget, env.fees)
  if (prepaid.kind === 'out_of_cycles')
    return refuse(message, {errorCode: 'IC0207', message: outOfCyclesMessage(canister, prepaid, message.sender)})
  const refusal = findRefusal(canister, message.method, method)
  if (refusal || method === undefined) {
    refundExecution(canister, prepaid.cycles, {...budget, instructionsUsed: 0n}, env.fees)
    return refuse(message, refusal!)
  }
  return runMethod(canister, message, env, {method, budget, prepaidCycles: prepaid.cycles})
}

/** After the method has ended: its effects, the answers that follow, and the refund of what it did not use. */
export function concludeMethod(
  canister: CanisterState,
  {contextId, prepaidCycles, budget}: Extract<Conclusion, {kind: 'call' | 'task'}>,
  output: FinishedExecution,
  env: ExecutionEnvironment,
): ExecutionResult {
  const {instructions} = output
  const conclusion = concludeExecution(canister, canister.callContexts.get(contextId)!, output, env)
  refundExecution(canister, prepaidCycles, {...budget, instructionsUsed: instructions}, env.fees)
  return {instructions, ...conclusion}
}

function runMethod(
  canister: CanisterState,
  message: Ingress | Request,
  env: ExecutionEnvironment,
  {method, budget, prepaidCycles}: {readonly method: MethodKind; readonly budget: ExecutionBudget; readonly prepaidCycles: bigint},
): ExecutionResult {
  const isUpdate = method === 'update'
  const cycles = message.kind === 'request' ? message.cycles : 0n
  const senderInfo = message.kind === 'ingress' ? message.senderInfo : undefined
  const context = openCallContext(canister, {
    origin: callOriginOf(message),
    caller: message.sender,
    ...(senderInfo && {senderInfo}),
    cycles,
    timeNs: env.timeNs,
  })
  const conclusion = {kind: 'call', contextId: context.id, prepaidCycles, budget} as const
  const output = startExecution(canister, env, {
    cause: {kind: 'message', message},
    plan: {
      mode: isUpdate ? 'U' : 'RQ',
      entry: {kind: 'export', name: exportNameOf(method, message.method)},
      call: callFacts(message.sender, {
        ...(senderInfo && {senderInfo}),
        payload: message.payload,
        availableCycles: cycles,
        deadlineNs: isUpdate && message.kind === 'request' ? BigInt(message.deadlineSeconds) * NS_PER_SECOND : 0n,
      }),
      instructionLimit: budget.instructionLimit,
      effects: isUpdate ? 'keep' : 'drop',
    },
    conclusion,
  })
  return output ? concludeMethod(canister, conclusion, output, env) : pausedResult(env)
}

function refuse(message: Ingress | Request, error: CallError): ExecutionResult {
  const cycles = message.kind === 'request' ? message.cycles : 0n
  return {instructions: 0n, answers: [failureAnswer(callOriginOf(message), error, cycles)], error}
}

/** Why the canister cannot execute the method, in the order the reasons are looked for. */
function findRefusal(canister: CanisterState, name: string, method: MethodKind | undefined): CallError | undefined {
  const failed = (errorCode: string, description: string) => ({errorCode, message: describeError(canister.id, {errorCode, description})})
  if (canister.status.kind !== 'running')
    return {
      errorCode: canister.status.kind === 'stopped' ? 'IC0508' : 'IC0509',
      message: `Canister ${principalToText(canister.id)} is not running`,
    }
  if (!canister.code) return failed(NO_MODULE.errorCode, NO_MODULE.description)
  if (method === undefined) return failed('IC0536', `Canister has no update method '${name}'.`)
  const limit = canister.settings.wasmMemoryLimitBytes
  const heapBytes = canister.code.heap.sizeBytes
  if (method === 'update' && limit !== 0n && BigInt(heapBytes) > limit) return failed('IC0539', wasmMemoryLimitExceeded(limit, heapBytes))
  if (method === 'compositeQuery') return failed('IC0527', 'Composite query cannot be called in replicated mode')
  return undefined
}
