/**
 * Deterministic time slicing: executions that did not end within a slice go on from round to round, beside all others.
 *
 * In each round their outcomes are collected first; at its end those that go on get the next slice, which they use until the next round.
 * Their instructions do not count on the budgets of the round's threads: they have lanes of their own. At most four go on at a time; the
 * others, and all of them before a checkpoint that consensus makes, are aborted and begin anew when there is a lane.
 * Source: digest execution-and-cycles section 3, "DTS".
 */

import {abortLongExecution, grantSlice} from '../canister/long-execution.js'
import type {CanisterState} from '../state/canister-state.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'
import {resumeCanister} from './execute-canister.js'
import type {RoundContext} from './execution-rooms.js'
import {resumeInstallation} from './management-calls.js'
import type {MessageMemory} from './message-memory.js'

const MAX_LANES = 4

/** At the beginning of a round. */
export function resumeLongExecutions(state: ReplicatedState, context: RoundContext, memory: MessageMemory): void {
  for (const canister of selectLong(state).slice(0, MAX_LANES))
    if (canister.longExecution!.cause.kind === 'install') resumeInstallation(state, canister, context)
    else resumeCanister(state, canister, context, memory)
}

/** At the end of a round. */
export function grantSlices(state: ReplicatedState, {env, isSummary}: RoundContext): void {
  const long = selectLong(state)
  for (const canister of long) state.touched.canisters.add(canister.id)
  const lanes = isSummary ? 0 : MAX_LANES
  for (const canister of long.slice(0, lanes)) if (canister.longExecution!.fuel > 0n) grantSlice(canister, env)
  for (const canister of long.slice(lanes)) if (canister.longExecution!.fuel > 0n) abortLongExecution(canister, env)
}

/** The oldest first. */
function selectLong(state: ReplicatedState): CanisterState[] {
  const long = selectCanisters(state, ({longExecution}) => longExecution !== undefined)
  return long.sort((a, b) => a.longExecution!.sinceHeight - b.longExecution!.sinceHeight)
}
