/**
 * Executes what the system calls by itself: heartbeat, global timer, low-memory hook. Nobody gets an answer; failures are logged.
 *
 * The timer is deactivated and the hook disarmed as the task starts, also if it fails.
 * Source: digest system-api section 3, "When hooks run".
 */

import {MANAGEMENT_CANISTER_ID} from '../../protocol/principal.js'
import {type ExecutionBudget, prepayExecution} from '../cycles/execution-charge.js'
import {instructionLimits} from '../cycles/instruction-limits.js'
import {outOfCyclesMessage} from '../cycles/withdraw.js'
import type {CanisterState} from '../state/canister-state.js'
import type {TaskKind} from '../system-api/modes.js'
import {openCallContext} from './call-context-life.js'
import type {ExecutionEnvironment, ExecutionResult} from './environment.js'
import {concludeMethod} from './execute-message.js'
import {pausedResult, startExecution} from './long-execution.js'
import {callFacts} from './sandbox-facts.js'

const ENTRY_POINTS: Record<TaskKind, string> = {
  heartbeat: 'canister_heartbeat',
  globalTimer: 'canister_global_timer',
  lowWasmMemory: 'canister_on_low_wasm_memory',
}

/** The canister must be running and export the task's function. */
export function executeTask(canister: CanisterState, task: TaskKind, env: ExecutionEnvironment): ExecutionResult {
  if (task === 'globalTimer') canister.globalTimerNs = 0n
  if (task === 'lowWasmMemory') canister.lowWasmMemoryHook = 'executed'
  const budget: ExecutionBudget = {
    instructionLimit: instructionLimits(env.isSystemSubnet).message,
    isWasm64: canister.code?.module.isWasm64 ?? false,
  }
  const prepaid = prepayExecution(canister, budget, env.fees)
  if (prepaid.kind === 'out_of_cycles')
    return {instructions: 0n, answers: [], error: {errorCode: 'IC0207', message: outOfCyclesMessage(canister, prepaid)}}
  const context = openCallContext(canister, {origin: {kind: 'task'}, caller: MANAGEMENT_CANISTER_ID, cycles: 0n, timeNs: env.timeNs})
  const conclusion = {kind: 'task', contextId: context.id, prepaidCycles: prepaid.cycles, budget} as const
  const output = startExecution(canister, env, {
    cause: {kind: 'task', task},
    plan: {
      mode: 'T',
      task,
      entry: {kind: 'export', name: ENTRY_POINTS[task]},
      call: callFacts(MANAGEMENT_CANISTER_ID, {isAnswered: true}),
      instructionLimit: budget.instructionLimit,
      effects: 'keep',
    },
    conclusion,
  })
  return output ? concludeMethod(canister, conclusion, output, env) : pausedResult(env)
}
