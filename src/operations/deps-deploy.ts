/** `deps deploy`: puts the pulled canisters onto the local network, at the ids they have elsewhere. */

import {join} from 'node:path'
import {readCanisterInfo} from '../agent/canister-state.js'
import {CallRejected} from '../agent/errors.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {provisionalCreateCanister} from '../agent/management.js'
import {fromHex, toHex} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import {encodeArgs} from '../candid/encode.js'
import {ANONYMOUS_IDENTITY} from '../identity/load.js'
import {findBytes} from '../io/files.js'
import {readInitial} from '../project/deps-json.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {DependencyInvalid, OnlyLocal} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {findPulled, getPulled} from './deps-init.js'
import {pulledFolder} from './deps-pull.js'
import {uploadModule} from './upload-module.js'

export interface DeployedDependency {
  readonly id: string
  readonly name: string | undefined
}

/** As anonymous, so that anybody on the network may upgrade them. Throws DependencyInvalid, OnlyLocal, CallRejected. */
export async function deployDependencies(context: ProjectContext, typed: string | undefined): Promise<DeployedDependency[]> {
  if (context.network().isMainnet) throw new OnlyLocal('Dependencies are deployed on local networks only: on mainnet they are there.')
  const pulled = getPulled(context)
  const initial = readInitial(context.project())
  if (!initial) throw new DependencyInvalid('Failed to read init.json.', {hints: ['Please run `deps init`.']})
  const agent = await connectAgent({...context, identity: () => ANONYMOUS_IDENTITY})
  const deployed: DeployedDependency[] = []
  for (const [id, {name, wasm_hash_download: hash}] of typed === undefined ? pulled : [findPulled(context, pulled, typed)]) {
    context.signal.throwIfAborted()
    const argument = initial.get(id)
    const title = `${principalToText(id)}${name === undefined ? '' : ` (${name})`}`
    if (!argument) throw new DependencyInvalid(`Failed to find ${title} in init.json.`, {hints: ['Please run `deps init`.']})
    await create(context, agent, id, title)
    context.reporter.info(`Installing canister: ${title}`)
    const arg = argument.arg_raw === undefined ? encodeArgs([], []) : fromHex(argument.arg_raw)
    await uploadModule(agent, {canisterId: id, mode: {kind: 'reinstall'}, wasm: readModule(context, id, hash), arg})
    deployed.push({id: principalToText(id), name})
  }
  return deployed
}

async function create(context: ProjectContext, agent: IcAgent, id: CanisterId, title: string): Promise<void> {
  if (await exists(agent, id)) return
  context.reporter.info(`Creating canister: ${title}`)
  const settings = {controllers: [agent.sender]}
  await provisionalCreateCanister(agent, {amount: undefined, settings, specifiedId: id, effectiveCanisterId: id})
}

async function exists(agent: IcAgent, id: CanisterId): Promise<boolean> {
  try {
    await readCanisterInfo(agent, id)
    return true
  } catch (error) {
    if (error instanceof CallRejected && error.errorCode === 'IC0301') return false
    throw error
  }
}

/** The module that was pulled, unless somebody has changed it since. */
function readModule(context: ProjectContext, id: CanisterId, hash: string | undefined): Uint8Array {
  const folder = pulledFolder(context.places, id)
  const bytes = findBytes(join(folder, 'canister.wasm.gz')) ?? findBytes(join(folder, 'canister.wasm'))
  const wasm = bytes && new Uint8Array(bytes)
  if (!wasm || (hash !== undefined && toHex(sha256(wasm)) !== hash))
    throw new DependencyInvalid(`The pulled module of canister ${principalToText(id)} is missing or has changed.`, {
      hints: ['Please rerun `deps pull`.'],
    })
  return wasm
}
