/** Cycles for canisters: development networks give them to whoever asks, on mainnet they come from the caller's account. */

import {readCanisterStatus} from '../agent/canister-status.js'
import {withdrawCycles} from '../agent/cycles-ledger.js'
import {provisionalTopUpCanister} from '../agent/management.js'
import {OnlyLocal} from './canister-errors.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisterId, getCanisters} from './find-canister.js'

export interface FabricationReport extends FoundCanister {
  readonly cycles: bigint
  /** After the gift. */
  readonly balance: bigint
}

/** What `fabricate-cycles` gives without an amount. */
export const DEFAULT_FABRICATED_CYCLES = 10_000_000_000_000n
const NS_PER_MS = 1_000_000n

/** `ledger fabricate-cycles`; only a controller may see the new balance. Throws OnlyLocal, CallRejected. */
export async function fabricateCycles(
  context: ProjectContext,
  {cycles, ...selection}: CanisterSelection & {readonly cycles: bigint},
): Promise<FabricationReport[]> {
  if (context.network().isMainnet) throw new OnlyLocal('Cannot run this on the real IC.')
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  const reports: FabricationReport[] = []
  for (const canister of canisters) {
    await provisionalTopUpCanister(agent, canister.id, cycles)
    reports.push({...canister, cycles, balance: (await readCanisterStatus(agent, canister.id)).cycles})
  }
  return reports
}

/** `cycles top-up`: on mainnet from the caller's account. Gives the block index there, undefined elsewhere. Throws LedgerRefused, CallRejected. */
export async function topUpCanister(
  context: ProjectContext,
  {name, cycles}: {readonly name: string; readonly cycles: bigint},
): Promise<FoundCanister & {readonly cycles: bigint; readonly blockIndex: bigint | undefined}> {
  const canister = getCanisterId(context, name)
  const agent = await connectAgent(context)
  if (context.network().isMainnet) {
    const blockIndex = await withdrawCycles(agent, {to: canister.id, amount: cycles, createdAtNs: BigInt(Date.now()) * NS_PER_MS})
    return {...canister, cycles, blockIndex}
  }
  await provisionalTopUpCanister(agent, canister.id, cycles)
  return {...canister, cycles, blockIndex: undefined}
}
