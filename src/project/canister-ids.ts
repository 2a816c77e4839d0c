/**
 * Which id a canister has on a network. Remote ids of dfx.json come first, then the store of the network, then the id of a pull
 * dependency; in each the entry of the network, else `__default`. The store is `{name: {network: id}}` in canister_ids.json beside
 * dfx.json for persistent networks and in `.dfx/<network>/` for ephemeral ones.
 */
import {existsSync, mkdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {IcicleError} from '../base/errors.js'
import {findText, writeJson, writeText} from '../io/files.js'
import {programName} from '../io/program.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {ConfigInvalid} from './errors.js'
import {parseJson} from './json-text.js'
import type {NetworkConfig} from './networks.js'
import type {Project} from './project.js'
import {inspect, mapOf, principal} from './schema.js'

export class CanisterIdNotFound extends IcicleError {
  readonly code = 'CANISTER_ID_NOT_FOUND'
  constructor(
    readonly canister: string,
    readonly network: string,
  ) {
    const option = network === 'local' ? '' : ` --network ${network}`
    super(`Cannot find canister id. Please issue '${programName()} canister create ${canister}${option}'.`)
  }
}

type StoredIds = Readonly<Record<string, Readonly<Record<string, CanisterId>>>>

const DEFAULT_NETWORK = '__default'
const storedIds = mapOf(mapOf(principal))

export interface CanisterIds {
  /** The file that `set` writes. */
  readonly file: string
  /** Names in the store of this network. */
  readonly names: readonly string[]
  find(name: string): CanisterId | undefined
  /** Throws CanisterIdNotFound. */
  get(name: string): CanisterId
  /** The name under which the store or dfx.json knows an id. */
  findName(id: CanisterId): string | undefined
  /** Writes at once. True when this made the canister_ids.json of a persistent network, which the user should commit. */
  set(name: string, id: CanisterId): boolean
  remove(name: string): void
}

/** Opens the ids of a network for a project. Reads the file once, at the first question. Throws ConfigInvalid for a damaged one. */
export function openCanisterIds(project: Project, network: NetworkConfig): CanisterIds {
  const file = canisterIdsPath(project, network)
  let stored: StoredIds | undefined
  const read = (): StoredIds => {
    stored ??= readIds(file)
    return stored
  }
  const write = (ids: StoredIds): void => {
    stored = ids
    writeJson(file, Object.fromEntries(Object.entries(ids).map(([name, entry]) => [name, mapValues(entry, principalToText)])))
  }
  const find = (name: string): CanisterId | undefined => {
    const canister = project.canisters.get(name)
    const pulled = canister?.type === 'pull' ? canister.id : undefined
    return forNetwork(canister?.remote?.ids, network) ?? forNetwork(read()[name], network) ?? pulled
  }
  return {
    file,
    find,
    get names() {
      return Object.keys(read()).filter((name) => read()[name]?.[network.folderName] !== undefined)
    },
    get(name) {
      const id = find(name)
      if (id === undefined) throw new CanisterIdNotFound(name, network.name)
      return id
    },
    findName: (id) => [...new Set([...project.canisters.keys(), ...Object.keys(read())])].find((name) => find(name) === id),
    set(name, id) {
      const isFirst = network.isPersistent && !existsSync(file)
      write({...read(), [name]: {...read()[name], [network.folderName]: id}})
      return isFirst
    },
    remove(name) {
      const {[network.folderName]: removed, ...others} = read()[name] ?? {}
      if (removed === undefined) return
      const {[name]: _, ...rest} = read()
      write(Object.keys(others).length === 0 ? rest : {...rest, [name]: others})
    },
  }
}

/** `.dfx/<network>` of a project: build results, and the ids of ephemeral networks. */
export function networkFolder(project: Project, network: NetworkConfig): string {
  return join(project.root, '.dfx', network.folderName)
}

export function canisterIdsPath(project: Project, network: NetworkConfig): string {
  return join(network.isPersistent ? project.root : networkFolder(project, network), 'canister_ids.json')
}

/**
 * Deletes `.dfx/<network>` when it was made for another shared network than the one that exists now (after `start --clean`), or for a
 * shared one where the project now defines its own; else ids would point to canisters that are not there. Remembers the network.
 */
export function dropForeignNetworkFolder(project: Project, network: NetworkConfig): void {
  if (network.kind !== 'local') return
  const folder = networkFolder(project, network)
  const mark = join(folder, 'network-id')
  const known = findText(mark)
  const current = network.scope === 'shared' ? findText(join(network.folder, 'network-id')) : undefined
  if (network.scope === 'shared' && current === undefined) return
  if (existsSync(folder) && known !== current) rmSync(folder, {recursive: true, force: true})
  if (current !== undefined && findText(mark) === undefined) {
    mkdirSync(folder, {recursive: true})
    writeText(mark, current)
  }
}

function readIds(file: string): StoredIds {
  const text = findText(file)
  if (text === undefined) return {}
  const {value, mistakes} = inspect(storedIds, parseJson(text, file))
  if (!value || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value
}

function forNetwork(ids: Readonly<Record<string, CanisterId>> | undefined, network: NetworkConfig): CanisterId | undefined {
  return ids?.[network.folderName] ?? ids?.[DEFAULT_NETWORK]
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, convert: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]))
}
