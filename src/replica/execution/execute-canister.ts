/** Runs one canister in its turn: its tasks, then its messages, until there are none or the instruction budget is used up. */

import {invariant} from '../../base/invariant.js'
import type {ExecutionResult} from '../canister/environment.js'
import type {CanisterState} from '../state/canister-state.js'
import {markProcessing} from '../state/ingress-history.js'
import type {CanisterMessage} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {deliverAnswers} from './answers.js'
import type {CanisterTask, RoundContext, TraceEvent} from './execution-rooms.js'
import type {MessageMemory} from './message-memory.js'

/** Counted on the round's budget for every execution, beside the canister's own instructions. Digest section 3, "Overheads". */
const EXECUTION_OVERHEAD = 2_000_000n

export interface CanisterTurn {
  readonly canister: CanisterState
  /** Taken out as they run. */
  readonly tasks: CanisterTask[]
}

/** Starts executions while `budget` is above zero; returns what is left of it, possibly below. */
export function executeCanister(
  state: ReplicatedState,
  {canister, tasks}: CanisterTurn,
  budget: bigint,
  context: RoundContext,
  memory: MessageMemory,
): bigint {
  let rest = budget
  while (rest > 0n && !canister.longExecution) {
    const next = tasks.shift() ?? canister.queues.popInput()
    if (next === undefined) break
    rest -= executeOne(state, canister, next, context, memory) + EXECUTION_OVERHEAD
  }
  return rest
}

/** Returns the instructions used in this round. */
function executeOne(
  state: ReplicatedState,
  canister: CanisterState,
  input: CanisterTask | CanisterMessage,
  context: RoundContext,
  memory: MessageMemory,
): bigint {
  const bytesBefore = canister.queues.guaranteedBytes
  const result = run(canister, input, context)
  if (typeof input === 'string' || input.kind !== 'response') state.metrics.updateTransactionsTotal++
  absorb(state, canister, {input, result, bytesBefore}, context, memory)
  return result.instructions
}

/** Goes on with the long execution of a message or task. */
export function resumeCanister(state: ReplicatedState, canister: CanisterState, context: RoundContext, memory: MessageMemory): void {
  const {cause} = canister.longExecution!
  invariant(cause.kind !== 'install', 'installations go on with the calls to the management canister')
  const input = cause.kind === 'task' ? cause.task : cause.message
  const bytesBefore = canister.queues.guaranteedBytes
  const result = context.rooms.resumeMessage(canister, context.env)
  absorb(state, canister, {input, result, bytesBefore}, context, memory)
}

interface Outcome {
  readonly input: CanisterTask | CanisterMessage
  readonly result: ExecutionResult
  readonly bytesBefore: number
}

function absorb(
  state: ReplicatedState,
  canister: CanisterState,
  {input, result, bytesBefore}: Outcome,
  context: RoundContext,
  memory: MessageMemory,
): void {
  deliverAnswers(state, canister, result.answers)
  if (typeof input !== 'string' && input.kind === 'ingress') markProcessing(state, input.id)
  state.touched.canisters.add(canister.id)
  memory.add(canister.queues.guaranteedBytes - bytesBefore)
  invariant(canister.cycles >= 0n, `the balance of ${canister.id} is negative`)
  if (!result.isPaused) context.trace?.(describe(state, canister, input, result))
}

function run(canister: CanisterState, input: CanisterTask | CanisterMessage, {rooms, env}: RoundContext): ExecutionResult {
  if (typeof input === 'string') return rooms.executeTask(canister, input, env)
  return input.kind === 'response' ? rooms.executeResponse(canister, input, env) : rooms.executeMessage(canister, input, env)
}

function describe(
  {height}: ReplicatedState,
  canister: CanisterState,
  input: CanisterTask | CanisterMessage,
  {answers, error, instructions}: ExecutionResult,
): TraceEvent {
  const answered = answers.length > 0 ? answers[0]!.outcome : undefined
  const failure = error ?? (answered?.kind === 'reject' ? answered : undefined)
  const outcome = failure ? `${failure.errorCode}: ${failure.message}` : answered ? 'replied' : 'ok'
  const common = {height, callee: canister.id, instructions, outcome}
  if (typeof input === 'string') return {...common, kind: input, caller: canister.id, method: '', cycles: 0n}
  if (input.kind === 'response') return {...common, kind: 'response', caller: input.respondent, method: '', cycles: input.refund}
  const cycles = input.kind === 'request' ? input.cycles : 0n
  return {...common, kind: input.kind, caller: input.sender, method: input.method, cycles}
}
