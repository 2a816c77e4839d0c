/** What a call took: time at the caller, cycles at the canister. */

import {type ConsumedCycles, findConsumedCycles} from '../agent/canister-metrics.js'
import type {CanisterCall, IcAgent} from '../agent/ic-agent.js'
import {groupDigits} from '../candid/print-type.js'
import {MANAGEMENT_CANISTER_ID} from '../protocol/principal.js'

export interface CallCost {
  readonly kind: 'query' | 'update'
  readonly timeMs: number
  /** Cycles by purpose that the canister spent meanwhile; undefined where the network does not tell the caller. */
  readonly cycles: ConsumedCycles | undefined
}

/** Asks the canister's counters before and after: calls of others in between count, too. Queries cost nothing. */
export async function measureCall(
  agent: IcAgent,
  {canisterId}: CanisterCall,
  isQuery: boolean,
  send: () => Promise<Uint8Array>,
): Promise<{readonly reply: Uint8Array; readonly cost: CallCost}> {
  const isCounted = !isQuery && canisterId !== MANAGEMENT_CANISTER_ID
  const before = isCounted ? await findConsumedCycles(agent, canisterId) : undefined
  const start = performance.now()
  const reply = await send()
  const timeMs = Math.round((performance.now() - start) * 10) / 10
  const after = before && (await findConsumedCycles(agent, canisterId))
  return {reply, cost: {kind: isQuery ? 'query' : 'update', timeMs, cycles: before && after && subtract(after, before)}}
}

function subtract(after: ConsumedCycles, before: ConsumedCycles): ConsumedCycles {
  const entries = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0n)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== 0n))
}

/** `update answered in 4.1 ms` and a line for the cycles. */
export function renderCallCost({kind, timeMs, cycles}: CallCost): string {
  const time = `${kind} answered in ${timeMs} ms`
  if (!cycles) return time
  const digits = (value: bigint): string => groupDigits(String(value))
  const total = Object.values(cycles).reduce((sum, value) => sum + value, 0n)
  const parts = Object.entries(cycles).map(([name, value]) => `${name.replaceAll('_', ' ')} ${digits(value)}`)
  return `${time}\ncycles: ${digits(total)} (${parts.join(', ')})`
}
