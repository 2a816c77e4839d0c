/** `canister install`: what a build has left, or any module on any canister. */

import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {decodeUtf8} from '../base/bytes.js'
import {unpackModule} from '../builders/custom.js'
import {listCustomSections} from '../wasm/sections.js'
import {readBuiltCanister} from './built-module.js'
import {ArgumentInvalid, ModeInvalid, RemoteCanister} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId, getCanisters, isRemoteOn} from './find-canister.js'
import {type InstallOptions, type InstallReport, type InstallSubject, installCanister} from './install.js'

export interface InstallCanistersOptions extends InstallOptions {
  readonly name?: string | undefined
  readonly all?: boolean | undefined
  /** A module to install instead of what was built. */
  readonly wasmFile?: string | undefined
}

/** Throws NotBuilt, RemoteCanister, and what installing throws. */
export async function installCanisters(context: ProjectContext, options: InstallCanistersOptions): Promise<InstallReport[]> {
  const isUpgrade = options.mode === 'upgrade' || options.mode === 'auto'
  if (!isUpgrade && (options.skipPreUpgrade || options.wasmMemoryPersistence))
    throw new ModeInvalid('--skip-pre-upgrade and --wasm-memory-persistence can only be used with mode upgrade or auto.')
  if (options.all && options.mode === 'reinstall')
    throw new ModeInvalid('The --mode=reinstall is not valid with --all, because reinstallation destroys all data in each canister.')
  if (options.all && options.argument) throw new ArgumentInvalid('The argument can only be given when installing a single canister.')
  const subjects = options.wasmFile === undefined ? findBuilt(context, options) : [readModule(context, options.name!, options.wasmFile)]
  const agent = await connectAgent(context)
  const reports: InstallReport[] = []
  for (const subject of subjects) {
    context.signal.throwIfAborted()
    reports.push(await installCanister(context, agent, subject, options))
  }
  return reports
}

function findBuilt(context: ProjectContext, options: InstallCanistersOptions): InstallSubject[] {
  return getCanisters(context, options).map(({name, id}) => {
    const config = context.project().canisters.get(name)
    if (config && isRemoteOn(config, context.network())) throw new RemoteCanister(name, context.network().name, 'installed')
    return {...readBuiltCanister(context, name), id}
  })
}

/** The interface is the one that the module itself carries. */
function readModule(context: ProjectContext, canister: string, wasmFile: string): InstallSubject {
  const {name, id, isInProject} = getCanisterId(context, canister)
  const module = readWasm(resolve(context.folder, wasmFile))
  const sections = new Map(listCustomSections(unpackModule(module)).map((section) => [section.name, section.content]))
  const textOf = (section: string): string | undefined => {
    const content = sections.get(`icp:public ${section}`) ?? sections.get(`icp:private ${section}`)
    return content && decodeUtf8(content)
  }
  const service = textOf('candid:service')
  const args = textOf('candid:args')
  return {
    name,
    id,
    config: isInProject ? context.project().canisters.get(name) : undefined,
    module,
    candid: service === undefined ? undefined : withConstructor(service, args),
    service,
    stableTypes: textOf('motoko:stable-types'),
  }
}

/** `service : {…}` with the arguments of `candid:args` in front. */
function withConstructor(service: string, args: string | undefined): string {
  const isEmpty = args === undefined || /^\(\s*\)$/.test(args.trim())
  return isEmpty ? service : service.replace(/service\s*:(?!.*service\s*:)/s, `service : ${args} ->`)
}

function readWasm(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw new ArgumentInvalid(`Cannot read the module '${file}'.`, {cause})
  }
}
