/**
 * Creates canisters and remembers their ids. On development networks `provisional_create_canister_with_cycles` makes them, with the
 * caller as controller; there is no wallet in between.
 */

import type {IcAgent} from '../agent/ic-agent.js'
import {type CanisterSettings, provisionalCreateCanister} from '../agent/management.js'
import type {CanisterConfig} from '../project/project.js'
import {type CanisterId, parsePrincipal, principalFromBytes, principalToText} from '../protocol/principal.js'
import {OnlyLocal, PullCanisterNotCreated, RemoteCanister} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import {isRemoteOn} from './find-canister.js'

export interface CreateOptions {
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

/** Throws RemoteCanister, PullCanisterNotCreated, OnlyLocal, CallRejected. */
export async function createCanisters(context: ProjectContext, agent: IcAgent, options: CreateOptions): Promise<CreatedCanister[]> {
  const created: CreatedCanister[] = []
  for (const name of options.names) {
    context.signal.throwIfAborted()
    created.push(await createCanister(context, agent, name, options))
  }
  return created
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

async function requestCanister(
  context: ProjectContext,
  agent: IcAgent,
  canister: CanisterConfig | undefined,
  options: CreateOptions,
): Promise<CanisterId> {
  if (context.network().isMainnet)
    throw new OnlyLocal(
      `Creating a canister on network '${context.network().name}' needs the cycles ledger, which icicle does not use yet.`,
      {
        hints: ["Create it with the network's own tools and tell its id with 'canister set-id'."],
      },
    )
  const specifiedId = chooseSpecifiedId(context, canister, options.specifiedId)
  return provisionalCreateCanister(agent, {
    amount: options.withCycles,
    settings: {...options.settings, controllers: options.settings.controllers ?? [agent.sender]},
    specifiedId,
    effectiveCanisterId: context.effectiveCanisterId ?? (await findEffectiveCanisterId(context.networkUrl())),
  })
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

/** The id that answers in the absence of better knowledge: the first of the first subnet. */
const FIRST_CANISTER_ID = parsePrincipal('rwlgt-iiaaa-aaaaa-aaaaa-cai')

/** Where the network wants new canisters, as its gateway tells under `/_/topology`. */
async function findEffectiveCanisterId(url: string): Promise<CanisterId> {
  try {
    const response = await fetch(new URL('/_/topology', url))
    if (!response.ok) return FIRST_CANISTER_ID
    const {default_effective_canister_id: found} = (await response.json()) as {default_effective_canister_id?: {canister_id?: string}}
    return found?.canister_id === undefined ? FIRST_CANISTER_ID : principalFromBytes(Buffer.from(found.canister_id, 'base64'))
  } catch {
    return FIRST_CANISTER_ID
  }
}
