/** Cycles for canisters: development networks give them to whoever asks, on mainnet they come from the caller's account. */

import {findModuleHash} from '../agent/canister-state.js'
import {readCanisterStatus} from '../agent/canister-status.js'
import {CYCLES_LEDGER_ID, withdrawCycles} from '../agent/cycles-ledger.js'
import {CallRejected} from '../agent/errors.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {readFee} from '../agent/icrc-ledger.js'
import {provisionalTopUpCanister} from '../agent/management.js'
import {groupDigits} from '../candid/print-type.js'
import type {CanisterId} from '../protocol/principal.js'
import {OnlyLocal} from './canister-errors.js'
import type {CanisterSelection} from './canister-lifecycle.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {type FoundCanister, getCanisterId, getCanisters} from './find-canister.js'
import {type PaymentConsent, payOnce} from './spending.js'

export interface FabricationReport extends FoundCanister {
  readonly cycles: bigint
  /** After the gift. */
  readonly balance: bigint
}

/** What `fabricate-cycles` gives without an amount. */
export const DEFAULT_FABRICATED_CYCLES = 10_000_000_000_000n

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

export interface DepositOptions extends CanisterSelection, PaymentConsent {
  readonly cycles: bigint
  /** Pay from the account of the cycles ledger where cycles cost nothing, too. */
  readonly fromLedger?: boolean | undefined
  /** 32 bytes: pays on mainnet. */
  readonly fromSubaccount: Uint8Array | undefined
}

export interface DepositReport extends FoundCanister {
  readonly cycles: bigint
  /** Afterwards; undefined when only a controller may know. */
  readonly balance: bigint | undefined
}

/** `canister deposit-cycles`. Throws LedgerRefused, CallRejected. */
export async function depositCycles(
  context: ProjectContext,
  {cycles, createdAtNs, isAssumed, fromSubaccount, fromLedger, ...selection}: DepositOptions,
): Promise<DepositReport[]> {
  const canisters = getCanisters(context, selection)
  const agent = await connectAgent(context)
  const reports: DepositReport[] = []
  for (const canister of canisters) {
    context.reporter.info(`Depositing ${cycles} cycles onto ${canister.name}`)
    if (context.network().isMainnet || fromLedger)
      await payOnce(context, {
        createdAtNs,
        isAssumed,
        price: await priceOf(agent, cycles),
        pay: (at) => withdrawCycles(agent, {to: canister.id, amount: cycles, createdAtNs: at, fromSubaccount}),
      })
    else await provisionalTopUpCanister(agent, canister.id, cycles)
    reports.push({...canister, cycles, balance: await findBalance(agent, canister.id)})
  }
  return reports
}

async function findBalance(agent: IcAgent, id: CanisterId): Promise<bigint | undefined> {
  try {
    return (await readCanisterStatus(agent, id)).cycles
  } catch (error) {
    if (error instanceof CallRejected) return undefined
    throw error
  }
}

async function priceOf(agent: IcAgent, cycles: bigint): Promise<string> {
  const fee = await readFee(agent, CYCLES_LEDGER_ID)
  return `${groupDigits(String(cycles))} cycles and a fee of ${groupDigits(String(fee))} cycles`
}

export interface TopUpOptions extends PaymentConsent {
  readonly name: string
  readonly cycles: bigint
  readonly fromSubaccount?: Uint8Array | undefined
}

/**
 * `cycles top-up`, from the caller's account of the cycles ledger; a local network without one gives the cycles away. Gives the block index,
 * undefined for a gift. Throws ConsentDeclined, PaymentUncertain, LedgerRefused, CallRejected.
 */
export async function topUpCanister(
  context: ProjectContext,
  {name, cycles, fromSubaccount, ...consent}: TopUpOptions,
): Promise<FoundCanister & {readonly cycles: bigint; readonly blockIndex: bigint | undefined}> {
  const canister = getCanisterId(context, name)
  const agent = await connectAgent(context)
  if (context.network().isMainnet || (await findModuleHash(agent, CYCLES_LEDGER_ID))) {
    const {blockIndex} = await payOnce(context, {
      ...consent,
      price: await priceOf(agent, cycles),
      pay: (createdAtNs) => withdrawCycles(agent, {to: canister.id, amount: cycles, createdAtNs, fromSubaccount}),
    })
    return {...canister, cycles, blockIndex}
  }
  await provisionalTopUpCanister(agent, canister.id, cycles)
  return {...canister, cycles, blockIndex: undefined}
}
