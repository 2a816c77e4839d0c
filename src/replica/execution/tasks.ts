/**
 * Heartbeats, timers and the low-memory hook: which of them a canister runs in a round.
 *
 * Timer, heartbeat and messages take turns from round to round; a task turn runs both tasks when both are due, a message turn none.
 * Source: digest execution-and-cycles section 4, step 6.
 */

import type {CanisterState} from '../state/canister-state.js'
import type {CanisterTask} from './execution-rooms.js'

const TIMER = 0
const HEARTBEAT = 1
const MESSAGE = 2

export function isTimerDue({code, globalTimerNs}: CanisterState, nowNs: bigint): boolean {
  return globalTimerNs !== 0n && globalTimerNs <= nowNs && code?.module.exportsGlobalTimer === true
}

export function hasHeartbeat({code}: CanisterState): boolean {
  return code?.module.exportsHeartbeat === true
}

function hasHook({code, lowWasmMemoryHook}: CanisterState): boolean {
  return lowWasmMemoryHook === 'ready' && code?.module.exportsLowWasmMemoryHook === true
}

/** True when `takeTasks` may find one: cheap, for the pass over all canisters. */
export function mayHaveTask(canister: CanisterState, nowNs: bigint): boolean {
  if (canister.code === undefined || canister.status.kind !== 'running' || canister.longExecution) return false
  return hasHook(canister) || hasHeartbeat(canister) || isTimerDue(canister, nowNs)
}

/** The tasks of this round, in order. Moves the canister's turn on. */
export function takeTasks(canister: CanisterState, nowNs: bigint): CanisterTask[] {
  if (!mayHaveTask(canister, nowNs)) return []
  const hook: CanisterTask[] = hasHook(canister) ? ['lowWasmMemory'] : []
  return [...hook, ...takeTurn(canister, nowNs)]
}

function takeTurn(canister: CanisterState, nowNs: bigint): CanisterTask[] {
  const timer: CanisterTask[] = isTimerDue(canister, nowNs) ? ['globalTimer'] : []
  const heartbeat: CanisterTask[] = hasHeartbeat(canister) ? ['heartbeat'] : []
  for (let tried = 0; tried < 3; tried++) {
    const kind = canister.nextScheduledKind
    canister.nextScheduledKind = ((kind + 1) % 3) as typeof kind
    if (kind === MESSAGE && canister.queues.hasInput()) return []
    if (kind === TIMER && timer.length > 0) return [...timer, ...heartbeat]
    if (kind === HEARTBEAT && heartbeat.length > 0) return [...heartbeat, ...timer]
  }
  return []
}
