/**
 * Creates canisters and remembers their ids. On development networks `provisional_create_canister_with_cycles` makes them, on mainnet the
 * cycles ledger; the caller is their controller, and there is no wallet in between.
 */

import {createCanisterOnLedger} from '../agent/cycles-ledger.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {type CanisterSettings, provisionalCreateCanister} from '../agent/management.js'
import {getCanister} from '../project/load.js'
import type {CanisterConfig} from '../project/project.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {PullCanisterNotCreated, RemoteCanister} from './canister-errors.js'
import {chooseSubnet, type SubnetWish} from './choose-subnet.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {findCreationPlace} from './creation-place.js'
import {isRemoteOn} from './find-canister.js'
import {planSettings} from './initial-settings.js'

/** Matters where the cycles ledger creates. */
export interface PaidCreation extends SubnetWish {
  /** Pay from the account of the cycles ledger where cycles cost nothing, too. */
  readonly fromLedger?: boolean | undefined
  readonly createdAtNs?: bigint | undefined
  readonly fromSubaccount?: Uint8Array | undefined
}

export interface CreateOptions extends PaidCreation {
  readonly names: readonly string[]
  /** From flags; dfx.json fills in the rest. */
  readonly settings: CanisterSettings
  /** Undefined: what the network gives. */
  readonly withCycles?: bigint | undefined
  readonly specifiedId?: CanisterId | undefined
}

export interface CreatedCanister {
  readonly name: string
  readonly id: CanisterId
  readonly isNew: boolean
}

/** Throws RemoteCanister, PullCanisterNotCreated, LedgerRefused, CallRejected. */
export async function createCanisters(context: ProjectContext, agent: IcAgent, options: CreateOptions): Promise<CreatedCanister[]> {
  const created: CreatedCanister[] = []
  for (const name of options.names) {
    context.signal.throwIfAborted()
    created.push(await createCanister(context, agent, name, options))
  }
  return created
}

/** `canister create`: the named canister or all of dfx.json, each with the settings that dfx.json gives it. */
export async function createProjectCanisters(
  context: ProjectContext,
  {name, all, settings, ...options}: Omit<CreateOptions, 'names'> & {readonly name: string | undefined; readonly all: boolean},
): Promise<CreatedCanister[]> {
  const {canisters} = context.project()
  const names =
    all || name === undefined
      ? [...canisters.values()].filter((canister) => isMadeHere(context, canister)).map((canister) => canister.name)
      : [name]
  for (const wanted of names) getCanister(context.project(), wanted)
  const agent = await connectAgent(context)
  const created: CreatedCanister[] = []
  for (const wanted of names) {
    const planned = planSettings(canisters.get(wanted)?.initialization, settings)
    created.push(...(await createCanisters(context, agent, {...options, names: [wanted], settings: planned})))
  }
  return created
}

function isMadeHere(context: ProjectContext, canister: CanisterConfig): boolean {
  return canister.type !== 'pull' && !isRemoteOn(canister, context.network())
}

async function createCanister(context: ProjectContext, agent: IcAgent, name: string, options: CreateOptions): Promise<CreatedCanister> {
  const {reporter} = context
  const canister = context.project().canisters.get(name)
  const network = context.network()
  if (canister && isRemoteOn(canister, network)) throw new RemoteCanister(name, network.name, 'created')
  if (canister?.type === 'pull') throw new PullCanisterNotCreated(name)
  const ids = context.canisterIds()
  const on = network.name === 'local' ? '' : `on network ${network.name} `
  const known = ids.find(name)
  if (known !== undefined) {
    reporter.info(`${name} canister was already created ${on}and has canister id: ${principalToText(known)}`)
    return {name, id: known, isNew: false}
  }
  const id = await reporter.step(`Creating canister ${name}...`, () => requestCanister(context, agent, canister, options))
  if (ids.set(name, id))
    reporter.warn(
      `The "${ids.file}" file has been generated. Please make sure you store it correctly, e.g., submitting it to a GitHub repository.`,
    )
  reporter.info(`${name} canister created ${on}with canister id: ${principalToText(id)}`)
  return {name, id, isNew: true}
}

/** 0.5 T is the fee, 3 T are left in the canister: what dfx takes. */
const DEFAULT_LEDGER_AMOUNT = 3_500_000_000_000n
const NS_PER_MS = 1_000_000n

async function requestCanister(
  context: ProjectContext,
  agent: IcAgent,
  canister: CanisterConfig | undefined,
  options: CreateOptions,
): Promise<CanisterId> {
  const settings = {...options.settings, controllers: options.settings.controllers ?? [agent.sender]}
  if (context.network().isMainnet || options.fromLedger) {
    if (options.specifiedId !== undefined || canister?.specifiedId !== undefined)
      context.reporter.warn(`Specified ids have no effect on network '${context.network().name}'.`)
    return createCanisterOnLedger(agent, {
      amount: options.withCycles ?? DEFAULT_LEDGER_AMOUNT,
      settings,
      createdAtNs: options.createdAtNs ?? BigInt(Date.now()) * NS_PER_MS,
      fromSubaccount: options.fromSubaccount,
      subnet: await chooseSubnet(agent, options, context.network().isMainnet ? findOtherIds(context) : []),
    })
  }
  const specifiedId = chooseSpecifiedId(context, canister, options.specifiedId)
  return provisionalCreateCanister(agent, {
    amount: options.withCycles,
    settings,
    specifiedId,
    effectiveCanisterId: context.effectiveCanisterId ?? options.nextTo ?? (await findCreationPlace(context.networkUrl())),
  })
}

/** Canisters of the project that live on the network already, where icicle has put them. */
function findOtherIds(context: ProjectContext): CanisterId[] {
  const ids = context.canisterIds()
  const ours = [...context.project().canisters.values()].filter((canister) => isMadeHere(context, canister))
  return ours.flatMap(({name}) => ids.find(name) ?? [])
}

function chooseSpecifiedId(
  context: ProjectContext,
  canister: CanisterConfig | undefined,
  flag: CanisterId | undefined,
): CanisterId | undefined {
  const configured = canister?.specifiedId
  if (flag !== undefined && configured !== undefined && flag !== configured)
    context.reporter.warn(
      `Canister '${canister?.name}' has a specified ID in dfx.json: ${principalToText(configured)},
which is different from the one specified in the command line: ${principalToText(flag)}.
The command line value will be used.`,
    )
  return flag ?? configured
}
