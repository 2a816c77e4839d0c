/** Cycles out of nothing: development networks give them to whoever asks. */

import {readCanisterStatus} from '../agent/canister-status.js'
import {provisionalTopUpCanister} from '../agent/management.js'
import {OnlyLocal} from './canister-errors.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisters} from './find-canister.js'

export interface TopUpReport extends FoundCanister {
  readonly cycles: bigint
  /** Undefined when the caller may not see it. */
  readonly balance: bigint | undefined
}

/** What `fabricate-cycles` gives without an amount. */
export const DEFAULT_FABRICATED_CYCLES = 10_000_000_000_000n

/** `readsBalance`: also ask for the new balance, which only a controller may. Throws OnlyLocal, CallRejected. */
export async function topUpCanisters(
  context: ProjectContext,
  {cycles, readsBalance, ...selection}: CanisterSelection & {readonly cycles: bigint; readonly readsBalance: boolean},
): Promise<TopUpReport[]> {
  if (context.network().isMainnet) throw new OnlyLocal('Cannot run this on the real IC.')
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  const reports: TopUpReport[] = []
  for (const canister of canisters) {
    await provisionalTopUpCanister(agent, canister.id, cycles)
    const balance = readsBalance ? (await readCanisterStatus(agent, canister.id)).cycles : undefined
    reports.push({...canister, cycles, balance})
  }
  return reports
}
