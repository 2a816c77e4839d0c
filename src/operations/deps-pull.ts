/** `deps pull`: modules and interfaces of canisters of somebody else, with everything they depend on. */

import {join} from 'node:path'
import {findMetadataText, findModuleHash} from '../agent/canister-state.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {decodeUtf8, decodeUtf8Lossy, toHex} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import {download, isGzip, unpackModule} from '../builders/custom.js'
import {writeBytes, writeText} from '../io/files.js'
import {type PulledCanister, pulledCandidPath, writePulled} from '../project/deps-json.js'
import {dfxMetadata} from '../project/dfx-json-canister.js'
import {parseJson} from '../project/json-text.js'
import type {Places} from '../project/places.js'
import {type Checked, inspect} from '../project/schema.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {listCustomSections} from '../wasm/sections.js'
import {DependencyInvalid} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'

export interface PullReport {
  readonly pulled: readonly {readonly id: string; readonly name: string | undefined}[]
}

type Pullable = NonNullable<NonNullable<Checked<typeof dfxMetadata>>['pullable']>

/** Throws DependencyInvalid for a canister that cannot be pulled, or a module that is not the one it says. */
export async function pullDependencies(context: ProjectContext): Promise<PullReport> {
  const {reporter} = context
  const project = context.project()
  const named = new Map([...project.canisters.values()].flatMap((each) => (each.type === 'pull' ? [[each.id, each.name] as const] : [])))
  if (named.size === 0) {
    reporter.info('There are no pull dependencies defined in dfx.json')
    return {pulled: []}
  }
  const agent = await connectAgent(context)
  const found = await findAll(context, agent, [...named.keys()])
  reporter.info(`Found ${found.size} dependencies:`)
  for (const id of found.keys()) reporter.info(principalToText(id))
  const pulled = new Map<CanisterId, PulledCanister>()
  for (const [id, pullable] of found) {
    context.signal.throwIfAborted()
    reporter.info(`Pulling canister ${principalToText(id)}...`)
    pulled.set(id, {...(await pullOne(context, agent, id, pullable)), name: named.get(id)})
  }
  writePulled(project, pulled)
  return {pulled: [...pulled].map(([id, {name}]) => ({id: principalToText(id), name}))}
}

/** The canisters and what they say they depend on, each once. */
async function findAll(context: ProjectContext, agent: IcAgent, first: readonly CanisterId[]): Promise<Map<CanisterId, Pullable>> {
  const found = new Map<CanisterId, Pullable>()
  for (const queue = [...first]; queue.length > 0; ) {
    const id = queue.shift()!
    if (found.has(id)) continue
    context.reporter.info(`Fetching dependencies of canister ${principalToText(id)}...`)
    const pullable = await readPullable(agent, id)
    found.set(id, pullable)
    queue.push(...(pullable.dependencies ?? []))
  }
  return found
}

async function readPullable(agent: IcAgent, id: CanisterId): Promise<Pullable> {
  const metadata = await findMetadataText(agent, id, 'dfx')
  const {value} = inspect(dfxMetadata, metadata === undefined ? undefined : parseJson(metadata, `dfx metadata of ${principalToText(id)}`))
  if (!value?.pullable?.wasm_url)
    throw new DependencyInvalid(
      `Canister ${principalToText(id)} cannot be pulled: its \`dfx\` metadata does not say where its module is.`,
      {
        hints: ['Is it the right network? Its maker has to put "pullable" into dfx.json.'],
      },
    )
  return value.pullable
}

async function pullOne(context: ProjectContext, agent: IcAgent, id: CanisterId, pullable: Pullable): Promise<PulledCanister> {
  const text = principalToText(id)
  const wasm = await download(text, 'wasm', pullable.wasm_url!)
  const hash = toHex(sha256(wasm))
  const expected = await findExpectedHash(agent, id, pullable)
  if (expected !== undefined && expected !== hash)
    throw new DependencyInvalid(
      `Hash mismatch: the module at ${pullable.wasm_url} has the hash ${hash}, canister ${text} asks for ${expected}.`,
    )
  const gzip = isGzip(wasm)
  const sections = new Map(listCustomSections(unpackModule(wasm)).map((section) => [section.name, section.content]))
  const section = (name: string): string | undefined => {
    const content = sections.get(`icp:public ${name}`) ?? sections.get(`icp:private ${name}`)
    return content && decodeUtf8(content)
  }
  const service = section('candid:service') ?? (await findMetadataText(agent, id, 'candid:service'))
  if (service === undefined) throw new DependencyInvalid(`Canister ${text} does not publish its interface.`)
  const folder = pulledFolder(context.places, id)
  writeBytes(join(folder, gzip ? 'canister.wasm.gz' : 'canister.wasm'), wasm)
  writeText(join(folder, 'service.did'), service)
  writeText(pulledCandidPath(context.project(), id), service)
  return {
    dependencies: pullable.dependencies,
    wasm_hash: expected ?? hash,
    wasm_hash_download: hash,
    init_guide: pullable.init_guide ?? '',
    ...(pullable.init_arg === undefined ? {} : {init_arg: pullable.init_arg}),
    candid_args: section('candid:args') ?? (await findMetadataText(agent, id, 'candid:args')) ?? '()',
    gzip,
  }
}

/** Where the modules of pulled canisters lie. */
export function pulledFolder(places: Places, id: CanisterId): string {
  return join(places.cache, 'pulled', principalToText(id))
}

/** What its maker says, else what is installed on the network. */
async function findExpectedHash(agent: IcAgent, id: CanisterId, pullable: Pullable): Promise<string | undefined> {
  if (pullable.wasm_hash !== undefined) return pullable.wasm_hash.toLowerCase()
  if (pullable.wasm_hash_url !== undefined)
    return decodeUtf8Lossy(await download(principalToText(id), 'wasm hash', pullable.wasm_hash_url))
      .trim()
      .split(/\s/)[0]!
      .toLowerCase()
  const installed = await findModuleHash(agent, id)
  return installed && toHex(installed)
}
