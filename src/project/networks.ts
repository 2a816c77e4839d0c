/** From the name of a network to what it is: dfx.json first, then networks.json, then the built-in ones, then a URL. */
import {join} from 'node:path'
import {findText} from '../io/files.js'
import {type Principal, parsePrincipal} from '../protocol/principal.js'
import {ConfigInvalid, NetworkNotFound, NetworkWithoutProviders} from './errors.js'
import {parseJson} from './json-text.js'
import {type NetworkDefinition, type NetworksJson, networksJson} from './networks-json.js'
import {networksJsonPath, type Places} from './places.js'
import type {Project} from './project.js'
import {inspect} from './schema.js'

export const LOCAL = 'local'
export const MAINNET = 'ic'
export const PLAYGROUND = 'playground'
const MAINNET_PROVIDER = 'https://icp0.io'
const MAINNET_HOSTS = /(^|\.)(icp0\.io|ic0\.app|icp-api\.io)$/
const PLAYGROUND_POOL = 'mwrha-maaaa-aaaab-qabqq-cai'
const PLAYGROUND_TIMEOUT_SECONDS = 1200

export interface Bind {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** Defaults of dfx: 4943 for the shared network, 8000 for one that the project defines. */
export const SHARED_BIND: Bind = {host: '127.0.0.1', port: 4943}
export const PROJECT_BIND: Bind = {host: '127.0.0.1', port: 8000}

interface NetworkBase {
  readonly name: string
  /** The name without the signs of a URL: `.dfx/<folderName>` of a project, and the key in canister_ids.json. */
  readonly folderName: string
  /** Ids of a persistent network are kept in canister_ids.json beside dfx.json. */
  readonly isPersistent: boolean
  readonly definition: NetworkDefinition
}

/** A network that this program itself starts and stops. */
export interface LocalNetwork extends NetworkBase {
  readonly kind: 'local'
  readonly isMainnet: false
  readonly scope: 'shared' | 'project'
  /** The file that defines it; undefined for the defaults. */
  readonly source: string | undefined
  readonly bind: Bind
  /** `pid`, `webserver-port`, `network-id` and the log lie here. */
  readonly folder: string
  /** What the replica itself keeps. */
  readonly stateFolder: string
}

export interface RemoteNetwork extends NetworkBase {
  readonly kind: 'remote'
  readonly isMainnet: boolean
  /** At least one URL, without a trailing slash. */
  readonly providers: readonly [string, ...string[]]
  readonly playground: {readonly canister: Principal; readonly timeoutSeconds: number} | undefined
}

export type NetworkConfig = LocalNetwork | RemoteNetwork

export interface NetworkSources {
  readonly project: Project | undefined
  readonly shared: NetworksJson
  readonly places: Places
}

/** The user's networks.json; empty without one. Throws JsonSyntaxError and ConfigInvalid. */
export function loadNetworksJson(places: Places): NetworksJson {
  const file = networksJsonPath(places)
  const text = findText(file)
  if (text === undefined) return {}
  const {value, mistakes} = inspect(networksJson, parseJson(text, file))
  if (!value || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value
}

/** Throws NetworkNotFound and NetworkWithoutProviders. */
export function resolveNetwork(name: string, sources: NetworkSources): NetworkConfig {
  const {project, shared, places} = sources
  const own = project?.networks[name]
  if (own) return fromDefinition(name, own, {scope: 'project', source: project.file, folder: join(project.root, '.dfx', 'network', name)})
  const sharedFolder = join(places.data, 'network', name)
  const common = shared[name]
  if (common) return fromDefinition(name, common, {scope: 'shared', source: networksJsonPath(places), folder: sharedFolder})
  if (name === LOCAL) return fromDefinition(name, {}, {scope: 'shared', source: undefined, folder: sharedFolder})
  if (name === MAINNET) return remote(name, [MAINNET_PROVIDER], {definition: {}, isPersistent: true})
  if (name === PLAYGROUND) return playground(name, {})
  if (isUrl(name)) return remote(name, [name], {definition: {}, isPersistent: false, folderName: name.replace(/[^a-zA-Z0-9]/g, '_')})
  const known = new Set([LOCAL, MAINNET, PLAYGROUND, ...Object.keys(project?.networks ?? {}), ...Object.keys(shared)])
  throw new NetworkNotFound(name, [...known])
}

interface LocalPlace {
  readonly scope: 'shared' | 'project'
  readonly source: string | undefined
  readonly folder: string
}

function fromDefinition(name: string, definition: NetworkDefinition, place: LocalPlace): NetworkConfig {
  const {providers} = definition
  if (definition.playground) return playground(name, definition)
  if (providers !== undefined || name === MAINNET) {
    const urls = providers ?? [MAINNET_PROVIDER]
    return remote(name, urls, {definition, isPersistent: definition.type !== 'ephemeral'})
  }
  if (definition.type === 'persistent' && definition.bind === undefined) throw new NetworkWithoutProviders(name)
  const fallback = place.scope === 'project' ? PROJECT_BIND : SHARED_BIND
  return {
    kind: 'local',
    name,
    folderName: name,
    isPersistent: definition.type === 'persistent',
    isMainnet: false,
    definition,
    ...place,
    bind: definition.bind === undefined ? fallback : parseBind(definition.bind, place.source ?? '', `networks.${name}.bind`),
    stateFolder: join(place.folder, 'icicle'),
  }
}

interface RemoteTraits {
  readonly definition: NetworkDefinition
  readonly isPersistent: boolean
  readonly folderName?: string
  readonly playground?: RemoteNetwork['playground']
}

function remote(name: string, urls: readonly string[], traits: RemoteTraits): RemoteNetwork {
  const [first, ...rest] = urls.map((url) => url.replace(/\/+$/, ''))
  if (first === undefined) throw new NetworkWithoutProviders(name)
  const isMainnet = name === MAINNET || [first, ...rest].some((url) => isUrl(url) && MAINNET_HOSTS.test(new URL(url).hostname))
  return {kind: 'remote', name, folderName: name, playground: undefined, ...traits, isMainnet, providers: [first, ...rest]}
}

function playground(name: string, definition: NetworkDefinition): RemoteNetwork {
  return remote(name, definition.providers ?? [MAINNET_PROVIDER], {
    definition,
    isPersistent: false,
    playground: {
      canister: definition.playground?.playground_canister ?? parsePrincipal(PLAYGROUND_POOL),
      timeoutSeconds: definition.playground?.timeout_seconds ?? PLAYGROUND_TIMEOUT_SECONDS,
    },
  })
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text)
}

/** `HOST:PORT`, `[IPv6]:PORT`; undefined when it is neither. */
export function findBind(text: string): Bind | undefined {
  const match = /^(?:\[([\da-fA-F:]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text)
  if (!match || Number(match[3]) > 65535) return undefined
  return {host: match[1] ?? match[2]!, port: Number(match[3])}
}

function parseBind(text: string, file: string, path: string): Bind {
  const bind = findBind(text)
  if (!bind) throw new ConfigInvalid(file, [{path, problem: `expected an address like "127.0.0.1:4943", got "${text}"`}])
  return bind
}

/** `127.0.0.1:4943`, `[::1]:4943`. */
export function showBind({host, port}: Bind): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
