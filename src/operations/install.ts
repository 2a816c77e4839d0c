/**
 * Installs code on a canister: hooks, consent, compatibility, the message itself, and the wait until the network certifies it.
 *
 * Source: dfx-compat, "install".
 */

import {setTimeout as sleep} from 'node:timers/promises'
import {findMetadata, findModuleHash} from '../agent/canister-state.js'
import type {IcAgent} from '../agent/ic-agent.js'
import type {InstallMode} from '../agent/management.js'
import {equalBytes, toHex} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import type {CanisterConfig} from '../project/project.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {ConsentDeclined, NotInstalled} from './canister-errors.js'
import {checkInterface, checkStableTypes, type UpgradeSubject} from './check-upgrade.js'
import type {ProjectContext} from './context.js'
import type {GivenArgument} from './encode-argument.js'
import {encodeInstallArgument} from './install-argument.js'
import {runHooks} from './run-hooks.js'
import {syncCanisterAssets} from './sync-assets.js'
import {uploadModule} from './upload-module.js'

export type ModeName = 'install' | 'reinstall' | 'upgrade' | 'auto'

export interface InstallOptions {
  readonly mode: ModeName
  readonly argument?: GivenArgument | undefined
  readonly skipPreUpgrade?: boolean | undefined
  readonly wasmMemoryPersistence?: 'keep' | 'replace' | undefined
  /** Install even when the canister has this module already. */
  readonly upgradeUnchanged?: boolean | undefined
  /** Ask for init arguments that could be left out, too. */
  readonly alwaysAssist?: boolean | undefined
  /** Ask nothing. */
  readonly isAssumed?: boolean | undefined
}

export interface InstallSubject {
  readonly name: string
  readonly id: CanisterId
  /** Undefined for a canister that is not in dfx.json. */
  readonly config: CanisterConfig | undefined
  readonly module: Uint8Array
  /** With its constructor. */
  readonly candid: string | undefined
  readonly service: string | undefined
  readonly stableTypes: string | undefined
}

export interface InstallReport {
  readonly name: string
  readonly id: CanisterId
  readonly mode: 'install' | 'reinstall' | 'upgrade'
  /** The canister had this module already. */
  readonly isUnchanged: boolean
}

/** Throws ConsentDeclined, UpgradeUnsafe, HookFailed, ArgumentInvalid, CallRejected. */
export async function installCanister(
  context: ProjectContext,
  agent: IcAgent,
  subject: InstallSubject,
  options: InstallOptions,
): Promise<InstallReport> {
  if (subject.config) await runHooks(context, subject.name, 'pre-install')
  const installed = await findModuleHash(agent, subject.id)
  const mode = options.mode === 'auto' ? (installed ? 'upgrade' : 'install') : options.mode
  const hash = sha256(subject.module)
  const isUnchanged = mode === 'upgrade' && !options.upgradeUnchanged && installed !== undefined && equalBytes(installed, hash)
  if (isUnchanged) context.reporter.info(`Module hash ${toHex(hash)} is already installed.`)
  else await installModule(context, agent, {subject, options, mode, hash})
  if (subject.config?.type === 'assets') await syncCanisterAssets(context, agent, {canisterId: subject.id, config: subject.config})
  if (subject.config) await runHooks(context, subject.name, 'post-install')
  return {name: subject.name, id: subject.id, mode, isUnchanged}
}

interface Installation {
  readonly subject: InstallSubject
  readonly options: InstallOptions
  readonly mode: InstallReport['mode']
  readonly hash: Uint8Array
}

const DEEDS = {
  install: {doing: 'Installing', done: 'Installed'},
  reinstall: {doing: 'Reinstalling', done: 'Reinstalled'},
  upgrade: {doing: 'Upgrading', done: 'Upgraded'},
} as const

async function installModule(context: ProjectContext, agent: IcAgent, {subject, options, mode, hash}: Installation): Promise<void> {
  const {name, id, config} = subject
  const {argument: given, alwaysAssist} = options
  const arg = await encodeInstallArgument({canister: config, given, candid: subject.candid, alwaysAssist}, context)
  await askFirst(context, agent, {subject, options, mode, hash})
  const {doing, done} = DEEDS[mode]
  const title = `code for canister ${name}, with canister ID ${principalToText(id)}`
  await context.reporter.step(`${doing} ${title}`, async () => {
    const installMode = mode === 'upgrade' ? await planUpgrade(agent, id, options) : {kind: mode}
    await uploadModule(agent, {canisterId: id, mode: installMode, wasm: subject.module, arg})
    await waitForModule(agent, id, hash, context.signal)
  })
  context.reporter.info(`${done} ${title}`)
}

async function askFirst(context: ProjectContext, agent: IcAgent, {subject, options, mode}: Installation): Promise<void> {
  const {name, id} = subject
  const upgrade: UpgradeSubject = {name, id, candid: subject.service, stableTypes: subject.stableTypes}
  const isAssumed = options.isAssumed ?? false
  if (mode === 'reinstall' && !isAssumed && !(await context.confirm(reinstallWarning(name)))) throw new ConsentDeclined('install canister')
  if (mode !== 'install' && !isAssumed) await checkInterface(context, agent, upgrade)
  if (mode === 'upgrade') await checkStableTypes(context, agent, upgrade, isAssumed)
}

function reinstallWarning(name: string): string {
  return `You are about to reinstall the ${name} canister.
This will OVERWRITE all the data and code in the canister.

YOU WILL LOSE ALL DATA IN THE CANISTER.
`
}

/** Code with enhanced orthogonal persistence keeps its memory unless the user says otherwise. */
async function planUpgrade(agent: IcAgent, id: CanisterId, options: InstallOptions): Promise<InstallMode> {
  const isPersistent = (await findMetadata(agent, id, 'enhanced-orthogonal-persistence')) !== undefined
  const wasmMemoryPersistence = options.wasmMemoryPersistence ?? (isPersistent ? 'keep' : undefined)
  return {kind: 'upgrade', skipPreUpgrade: options.skipPreUpgrade ?? false, wasmMemoryPersistence}
}

const WAIT_ATTEMPTS = 40
const WAIT_MS = 250

/** Throws NotInstalled when the network does not certify the module within 10 s. */
async function waitForModule(agent: IcAgent, id: CanisterId, hash: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < WAIT_ATTEMPTS; attempt++) {
    const installed = await findModuleHash(agent, id)
    if (installed && equalBytes(installed, hash)) return
    await sleep(WAIT_MS, undefined, {signal})
  }
  throw new NotInstalled(principalToText(id), toHex(hash))
}
