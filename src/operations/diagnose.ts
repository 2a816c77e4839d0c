/** `diagnose`: what somebody who is to help has to know. Names, versions and paths; never a secret. */

import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {release} from 'node:os'
import {join} from 'node:path'
import {IcicleError} from '../base/errors.js'
import {identityFolder, listIdentities, readChosenIdentity} from '../identity/store.js'
import {DFX_VERSION, icicleVersion, packageRoot} from '../io/program.js'
import {findRunningNetwork, networkUrl} from '../network/running-network.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Places} from '../project/places.js'
import type {Project} from '../project/project.js'

export interface DiagnoseContext {
  readonly places: Places
  findProject(): Project | undefined
  network(): NetworkConfig
}

/** A group of facts: title → name → value. */
export type Diagnosis = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface DiagnoseReport {
  readonly facts: Diagnosis
  /** One sentence each. */
  readonly problems: readonly string[]
}

/** Never throws for what is broken: that is what it is to tell. */
export function diagnose(context: DiagnoseContext): DiagnoseReport {
  const problems: string[] = []
  const examine = (title: string, look: () => Record<string, string>): Record<string, string> => {
    try {
      return look()
    } catch (error) {
      if (!(error instanceof IcicleError)) throw error
      problems.push(`${title}: ${error.message}`)
      return {error: error.message}
    }
  }
  const facts: Diagnosis = {
    program: {version: icicleVersion(), 'stands for dfx': DFX_VERSION, folder: packageRoot(), node: process.version},
    system: {
      platform: `${process.platform} ${process.arch} ${release()}`,
      terminal: process.stdin.isTTY ? 'yes' : 'no',
      CI: process.env.CI ?? 'no',
    },
    places: {...context.places},
    environment: readEnvironment(),
    tools: Object.fromEntries(TOOLS.map((tool) => [tool, findVersion(tool)])),
    identities: examine('Identities', () => describeIdentities(context.places)),
    project: examine('Project', () => describeProject(context.findProject())),
    network: examine('Network', () => describeNetwork(context.network())),
  }
  return {facts, problems}
}

const TOOLS = ['npm', 'git', 'cargo', 'rustc', 'python3', 'mops']
const VERSION_TIMEOUT_MS = 3_000

function findVersion(tool: string): string {
  const shell = process.platform === 'win32'
  const {stdout, error} = spawnSync(tool, ['--version'], {encoding: 'utf8', timeout: VERSION_TIMEOUT_MS, windowsHide: true, shell})
  return error || !stdout ? 'not found' : stdout.trim().split('\n')[0]!
}

/** Variables that change what the program does. The pin of a hardware key is one, and is not shown. */
function readEnvironment(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^(DFX_|NO_COLOR$|https?_proxy$|no_proxy$|CANISTER_ID_)/i.test(name))
  return Object.fromEntries(names.sort().map((name) => [name, /PIN|PASS|proxy/i.test(name) ? '(set)' : (process.env[name] ?? '')]))
}

function describeIdentities(places: Places): Record<string, string> {
  const chosen = readChosenIdentity(places)
  const describe = (name: string): string => {
    const folder = identityFolder(places, name)
    const storage = existsSync(join(folder, 'identity.pem'))
      ? 'plain text'
      : existsSync(join(folder, 'identity.pem.encrypted'))
        ? 'passphrase'
        : 'elsewhere'
    return `${name === 'anonymous' ? 'built in' : storage}${name === chosen ? ', chosen' : ''}`
  }
  return Object.fromEntries(listIdentities(places).map((name) => [name, describe(name)]))
}

function describeProject(project: Project | undefined): Record<string, string> {
  if (!project) return {file: 'none here or above'}
  const canisters = [...project.canisters.values()].map(({name, type}) => `${name} (${type})`)
  return {file: project.file, dfx: project.dfxVersion ?? 'no version pinned', canisters: canisters.join(', ') || 'none'}
}

function describeNetwork(network: NetworkConfig): Record<string, string> {
  const running = network.kind === 'local' ? findRunningNetwork(network) : undefined
  const state =
    network.kind === 'remote' ? 'elsewhere' : running ? `running, process ${running.pid}, icicle ${running.version}` : 'not running'
  return {name: network.name, url: networkUrl(network), state}
}

export function renderDiagnosis({facts, problems}: DiagnoseReport): string {
  const groups = Object.entries(facts).map(([title, group]) => {
    const lines = Object.entries(group).map(([name, value]) => `  ${name}: ${value}`)
    return [`${title}:`, ...(lines.length > 0 ? lines : ['  nothing'])].join('\n')
  })
  return [...groups, problems.length === 0 ? 'No problems found' : ['Problems:', ...problems.map((line) => `  ${line}`)].join('\n')].join(
    '\n',
  )
}
