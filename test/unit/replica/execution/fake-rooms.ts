/**
 * Rooms whose canisters run small programs from the payload instead of Wasm, with the charges and call contexts of real ones.
 *
 * Program, first byte: 0 reply, 1 trap, 2 accept half of the cycles and reply, 3 call (target, cycles) and wait, 4 the same
 * best-effort with the deadline in (third byte) seconds, 5 return without an answer, 6 call twice. What follows is the payload of calls.
 */

import type {Answer, ExecutionEnvironment, ExecutionResult} from '../../../../src/replica/canister/environment.js'
import {callPrepayment, findCallShortage, payCall, refundResponseTransmission} from '../../../../src/replica/cycles/call-charge.js'
import {prepayExecution, refundExecution} from '../../../../src/replica/cycles/execution-charge.js'
import {instructionLimits} from '../../../../src/replica/cycles/instruction-limits.js'
import type {ExecutionRooms} from '../../../../src/replica/execution/execution-rooms.js'
import type {CallContext, CallOrigin} from '../../../../src/replica/state/call-contexts.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {type CallOutcome, type Ingress, type Request, type Response, requestBytes} from '../../../../src/replica/state/messages.js'
import {idOf} from '../makers.js'

export const REPLY: CallOutcome = {kind: 'reply', data: Uint8Array.of(7)}
const TRAP = {errorCode: 'IC0503', message: 'trapped'} as const
const budget = {instructionLimit: instructionLimits(false).message, isWasm64: false}
const INSTRUCTIONS = 1_000n
const CANISTERS = 4

export interface FakeRooms extends ExecutionRooms {
  /** What ran, in order: `0 update`, `1 response`, `0 heartbeat`, …, by canister number. */
  readonly log: string[]
}

export function fakeRooms(overrides: Partial<ExecutionRooms> = {}): FakeRooms {
  const log: string[] = []
  const note = (canister: CanisterState, what: string) => log.push(`${Number.parseInt(canister.id.slice(8, 16), 16) & 0xfffff} ${what}`)
  return {
    log,
    executeMessage(canister, message, env) {
      note(canister, message.method)
      return executeMessage(canister, message, env)
    },
    executeResponse(canister, response, env) {
      note(canister, 'response')
      return executeResponse(canister, response, env)
    },
    executeTask(canister, task) {
      note(canister, task)
      if (task === 'globalTimer') canister.globalTimerNs = 0n
      return {instructions: INSTRUCTIONS, answers: []}
    },
    resumeMessage() {
      throw new Error('fake executions are short')
    },
    resumeManagementCall() {
      throw new Error('fake installations are short')
    },
    uninstallCode(canister) {
      canister.code = undefined
      return [...canister.callContexts.values()].flatMap((context) => abandon(canister, context))
    },
    executeManagementCall(_where, call) {
      log.push(`management ${call.method}`)
      return {...REPLY, instructions: INSTRUCTIONS}
    },
    examineManagementIngress: (method) =>
      method === 'unknown' ? {kind: 'unknown_method'} : method === 'raw_rand' ? {kind: 'not_for_users'} : {kind: 'valid', payer: idOf(0)},
    ...overrides,
  }
}

function executeMessage(canister: CanisterState, message: Ingress | Request, env: ExecutionEnvironment): ExecutionResult {
  const origin = originOf(message)
  const cycles = message.kind === 'request' ? message.cycles : 0n
  const prepaid = prepayExecution(canister, budget, env.fees)
  if (prepaid.kind === 'out_of_cycles')
    return {instructions: 0n, answers: [{origin, outcome: reject('IC0207', 'out of cycles'), refund: cycles}]}
  const context: CallContext = {
    id: canister.nextCallContextId++,
    origin,
    caller: message.sender,
    startTimeNs: env.timeNs,
    responded: false,
    deleted: false,
    availableCycles: cycles,
    instructionsExecuted: 0n,
  }
  canister.callContexts.set(context.id, context)
  refundExecution(canister, prepaid.cycles, {...budget, instructionsUsed: INSTRUCTIONS}, env.fees)
  return {instructions: INSTRUCTIONS, answers: runProgram(canister, context, message.payload, env)}
}

function runProgram(canister: CanisterState, context: CallContext, program: Uint8Array, env: ExecutionEnvironment): Answer[] {
  const [operation = 0, target = 0, amount = 0] = program
  if (operation === 1) return [close(canister, context, reject(TRAP.errorCode, TRAP.message))]
  if (operation === 5) return [close(canister, context, reject('IC0506', 'did not reply'))]
  if (operation === 3 || operation === 4 || operation === 6) {
    const times = operation === 6 ? 2 : 1
    const deadline = operation === 4 ? Number(env.timeNs / 1_000_000_000n) + amount : 0
    let made = 0
    for (let call = 0; call < times; call++)
      if (makeCall(canister, context, {target, amount, deadline, payload: program.slice(3)}, env)) made++
    return made > 0 ? [] : [close(canister, context, reject('IC0503', 'call failed'))]
  }
  if (operation === 2) {
    const accepted = context.availableCycles / 2n
    context.availableCycles -= accepted
    canister.cycles += accepted
  }
  return [close(canister, context, REPLY)]
}

function makeCall(
  canister: CanisterState,
  context: CallContext,
  {target, amount, deadline, payload}: {target: number; amount: number; deadline: number; payload: Uint8Array},
  env: ExecutionEnvironment,
): boolean {
  const receiver = idOf(target % (CANISTERS + 1))
  const cycles = BigInt(amount) * 1_000_000n
  const method = 'update'
  const prepayment = callPrepayment(env.fees, {...budget, requestBytes: requestBytes({method, payload})})
  if (!canister.queues.canPushOutputRequest(receiver) || findCallShortage(canister, prepayment, cycles, env.fees)) return false
  payCall(canister, prepayment, cycles)
  const id = canister.nextCallbackId++
  const closure = {tableIndex: 0, env: 0n}
  canister.callbacks.set(id, {
    id,
    callContextId: context.id,
    respondent: receiver,
    cyclesSent: cycles,
    prepaidExecutionCycles: prepayment.responseExecutionCycles,
    prepaidTransmissionCycles: prepayment.responseTransmissionCycles,
    onReply: closure,
    onReject: closure,
    deadlineSeconds: deadline,
  })
  const request = {kind: 'request', sender: canister.id, receiver, callbackId: id, cycles, method, payload} as const
  canister.queues.pushOutputRequest({...request, deadlineSeconds: deadline})
  return true
}

function executeResponse(canister: CanisterState, response: Response, env: ExecutionEnvironment): ExecutionResult {
  const callback = canister.callbacks.get(response.callbackId)!
  const context = canister.callContexts.get(callback.callContextId)!
  canister.callbacks.delete(response.callbackId)
  canister.cycles += response.refund
  refundResponseTransmission(canister, callback, response.payload, env.fees)
  refundExecution(canister, callback.prepaidExecutionCycles, {...budget, instructionsUsed: INSTRUCTIONS}, env.fees)
  if (hasCallbacks(canister, context)) return {instructions: INSTRUCTIONS, answers: []}
  if (!context.deleted) return {instructions: INSTRUCTIONS, answers: [close(canister, context, REPLY)]}
  canister.callContexts.delete(context.id)
  return {instructions: INSTRUCTIONS, answers: []}
}

function abandon(canister: CanisterState, context: CallContext): Answer[] {
  if (context.deleted) return []
  const answer = close(canister, context, reject('IC0406', 'Canister has been uninstalled.'))
  context.deleted = true
  if (hasCallbacks(canister, context)) canister.callContexts.set(context.id, context)
  return [answer]
}

function hasCallbacks(canister: CanisterState, {id}: CallContext): boolean {
  return [...canister.callbacks.values()].some(({callContextId}) => callContextId === id)
}

function close(canister: CanisterState, context: CallContext, outcome: CallOutcome): Answer {
  const refund = context.availableCycles
  context.availableCycles = 0n
  context.responded = true
  canister.callContexts.delete(context.id)
  return {origin: context.origin, outcome, refund}
}

function reject(errorCode: string, message: string): CallOutcome {
  return {kind: 'reject', code: errorCode === 'IC0406' ? 4 : 5, errorCode, message}
}

function originOf(message: Ingress | Request): CallOrigin {
  if (message.kind === 'ingress') return {kind: 'ingress', sender: message.sender, messageId: message.id, method: message.method}
  const {sender, callbackId, deadlineSeconds, method} = message
  return {kind: 'canister', sender, callbackId, deadlineSeconds, method}
}
