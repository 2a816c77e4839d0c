/**
 * One round of executions on what was inducted: management calls, tasks, messages, and the messages these cause on the same subnet.
 *
 * Source: digest execution-and-cycles sections 3 (budgets) and 4 (steps 5 to 8).
 */

import {instructionLimits} from '../cycles/instruction-limits.js'
import type {CanisterState} from '../state/canister-state.js'
import {pruneIngressHistory} from '../state/ingress-history.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters, sortById} from '../state/select-canisters.js'
import {deliverOutput, deliverSubnetOutput} from './deliver-output.js'
import {executeCanister} from './execute-canister.js'
import type {CanisterTask, RoundContext} from './execution-rooms.js'
import {chargeIdleCanisters} from './idle-charges.js'
import {grantSlices, resumeLongExecutions} from './long-executions.js'
import {executeManagementCalls, hasReadyCall} from './management-calls.js'
import type {MessageMemory} from './message-memory.js'
import {shedLoad} from './shed-load.js'
import {finishStopping} from './stop-contexts.js'
import {mayHaveTask, takeTasks} from './tasks.js'

/** Canisters are dealt out to so many budgets, as if each had a thread of its own. */
const THREADS = 4
const LARGEST_RESERVED_SLICE = 5_000_000_000n
/** Counted on a thread's budget for a canister's first execution in the round, and for each canister scheduled in an iteration. */
const CANISTER_OVERHEAD = 8_000_000n
const SCHEDULING_OVERHEAD = 12_000n
const MANAGEMENT_SHARE = 16n

export function executeRound(state: ReplicatedState, context: RoundContext, memory: MessageMemory): void {
  const budget = messageBudget(context.env.isSystemSubnet)
  resumeLongExecutions(state, context, memory)
  executeManagementCalls(state, budget / MANAGEMENT_SHARE, context)
  deliverAll(state, context, memory)
  executeMessages(state, budget, context, memory)
  for (const canister of selectCanisters(state, ({status}) => status.kind === 'stopping')) finishStopping(state, canister)
  grantSlices(state, context)
  chargeIdleCanisters(state, context)
  deliverAll(state, context, memory)
  shedLoad(state)
  pruneIngressHistory(state)
}

function deliverAll(state: ReplicatedState, context: RoundContext, memory: MessageMemory): void {
  deliverSubnetOutput(state, memory)
  deliverOutput(
    state,
    selectCanisters(state, ({queues}) => queues.hasOutput()),
    context,
    memory,
  )
}

/** Instructions that messages may begin within: a message that begins at the very end still fits into the round. */
function messageBudget(isSystemSubnet: boolean): bigint {
  const {round, slice} = instructionLimits(isSystemSubnet)
  return round - (slice > LARGEST_RESERVED_SLICE ? slice : LARGEST_RESERVED_SLICE) + 1n
}

/** Inner iterations until no canister has anything to do or the budget is used up. */
function executeMessages(state: ReplicatedState, budget: bigint, context: RoundContext, memory: MessageMemory): void {
  const ran = new Set<CanisterState>()
  const tasks = collectTasks(state)
  let active = selectCanisters(state, (canister) => isFree(canister) && (canister.queues.hasInput() || tasks.has(canister)))
  let rest = budget
  while (rest > 0n && (active.length > 0 || hasReadyCall(state))) {
    rest = runIteration({state, order: schedule(active), tasks, ran, context, memory}, rest)
    const received = deliverOutput(state, sortById(active), context, memory)
    rest = executeManagementCalls(state, rest, context)
    for (const canister of deliverSubnetOutput(state, memory)) received.add(canister)
    for (const canister of active) if (canister.queues.hasInput()) received.add(canister)
    active = [...received].filter((canister) => state.canisters.has(canister.id) && isFree(canister))
  }
}

function isFree({longExecution}: CanisterState): boolean {
  return longExecution === undefined
}

interface Iteration {
  readonly state: ReplicatedState
  readonly order: readonly CanisterState[]
  readonly tasks: ReadonlyMap<CanisterState, CanisterTask[]>
  /** Added to. */
  readonly ran: Set<CanisterState>
  readonly context: RoundContext
  readonly memory: MessageMemory
}

/** Every thread runs its canisters one after the other. Returns what the most used budget has left. */
function runIteration({state, order, tasks, ran, context, memory}: Iteration, budget: bigint): bigint {
  let least = budget
  for (let thread = 0; thread < THREADS; thread++) {
    let rest = budget
    for (let position = thread; position < order.length && rest > 0n; position += THREADS) {
      const canister = order[position]!
      rest -= SCHEDULING_OVERHEAD + (ran.has(canister) ? 0n : CANISTER_OVERHEAD)
      ran.add(canister)
      rest = executeCanister(state, {canister, tasks: tasks.get(canister) ?? []}, rest, context, memory)
      const isFirstOfThread = position === thread
      if (isFirstOfThread || !canister.queues.hasInput()) canister.lastFullExecutionHeight = state.height
    }
    if (rest < least) least = rest
  }
  return least
}

/** The least recently served first; among equals larger compute allocations, then smaller ids. */
function schedule(canisters: readonly CanisterState[]): CanisterState[] {
  return [...canisters].sort(
    (a, b) =>
      a.lastFullExecutionHeight - b.lastFullExecutionHeight ||
      b.settings.computeAllocation - a.settings.computeAllocation ||
      (a.id < b.id ? -1 : 1),
  )
}

/** Tasks belong to this round only: those that find no budget are dropped, a timer stays armed. */
function collectTasks(state: ReplicatedState): Map<CanisterState, CanisterTask[]> {
  const tasks = new Map<CanisterState, CanisterTask[]>()
  for (const canister of selectCanisters(state, (each) => mayHaveTask(each, state.timeNs))) {
    const taken = takeTasks(canister, state.timeNs)
    state.touched.canisters.add(canister.id)
    if (taken.length > 0) tasks.set(canister, taken)
  }
  return tasks
}
