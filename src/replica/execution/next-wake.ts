/** When a subnet without incoming messages needs its next round: what the loop that paces consensus asks after each batch. */

import type {CanisterState} from '../state/canister-state.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'
import {OUTPUT_TIMEOUT_NS} from './expire.js'
import {STOP_TIMEOUT_NS} from './stop-contexts.js'
import {hasHeartbeat} from './tasks.js'

/** How long the subnet waits for the answer of an HTTPS outcall. Digest management-canister section 8. */
export const OUTCALL_TIMEOUT_NS = 60_000_000_000n

export interface NextWake {
  /** Messages wait for execution: the next round may begin at once. */
  readonly hasWork: boolean
  /** Some execution goes on until the next round: it should not begin before that slice is used up. */
  readonly hasLongExecution: boolean
  /** Some running canister exports a heartbeat. */
  readonly hasHeartbeat: boolean
  /** The earliest timer or deadline, nanoseconds since 1970; may lie in the past. Undefined when there is none. */
  readonly dueNs: bigint | undefined
}

export function findNextWake(state: ReplicatedState): NextWake {
  let hasWork =
    state.subnetInput.length > 0 || state.subnetOutput.length > 0 || state.pendingSubnetCalls.some(({kind}) => kind === 'raw_rand')
  let heartbeat = false
  let long = false
  let dueNs: bigint | undefined
  for (const canister of selectCanisters(state, () => true)) {
    long ||= canister.longExecution !== undefined
    hasWork ||= long || canister.queues.hasInput() || canister.queues.hasOutput()
    const isRunning = canister.status.kind === 'running'
    heartbeat ||= isRunning && hasHeartbeat(canister)
    if (isRunning && canister.globalTimerNs !== 0n && canister.code?.module.exportsGlobalTimer)
      dueNs = earlier(dueNs, canister.globalTimerNs)
    for (const deadlineNs of deadlines(canister)) dueNs = earlier(dueNs, deadlineNs)
  }
  for (const {sinceNs} of state.outbound) dueNs = earlier(dueNs, sinceNs + OUTPUT_TIMEOUT_NS)
  for (const pending of state.pendingSubnetCalls)
    if (pending.kind === 'http_request') dueNs = earlier(dueNs, pending.sinceNs + OUTCALL_TIMEOUT_NS)
  return {hasWork, hasLongExecution: long, hasHeartbeat: heartbeat, dueNs}
}

function deadlines({callbacks, status, queues}: CanisterState): bigint[] {
  const bestEffort = [...callbacks.values()]
    .filter(({id, deadlineSeconds}) => deadlineSeconds !== 0 && !queues.hasResponseFor(id))
    .map(({deadlineSeconds}) => BigInt(deadlineSeconds) * 1_000_000_000n)
  const stops = status.kind === 'stopping' ? status.stopContexts.map(({sinceNs}) => sinceNs + STOP_TIMEOUT_NS) : []
  return [...bestEffort, ...stops]
}

function earlier(a: bigint | undefined, b: bigint): bigint {
  return a !== undefined && a < b ? a : b
}
