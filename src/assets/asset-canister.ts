/** The methods of an asset canister that a sync uses. Source: digest http-gateway, section 8. */

import {CallRejected} from '../agent/errors.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {decodeArgs} from '../candid/decode.js'
import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {type CandidInterface, findMethod} from '../candid/types.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import type {AssetProperties} from './encode-content.js'
import {AssetPermissionMissing} from './errors.js'
import type {AssetOperation, CanisterAsset} from './plan.js'

const INTERFACE = `
type Headers = vec record {text; text};
type Operation = variant {
  CreateAsset : record {key : text; content_type : text; max_age : opt nat64; headers : opt Headers; enable_aliasing : opt bool; allow_raw_access : opt bool};
  SetAssetContent : record {key : text; content_encoding : text; chunk_ids : vec nat; last_chunk : opt blob; sha256 : opt blob};
  SetAssetProperties : record {key : text; max_age : opt opt nat64; headers : opt opt Headers; allow_raw_access : opt opt bool; is_aliased : opt opt bool};
  UnsetAssetContent : record {key : text; content_encoding : text};
  DeleteAsset : record {key : text};
};
type Properties = record {max_age : opt nat64; headers : opt Headers; allow_raw_access : opt bool; is_aliased : opt bool};
type Commit = record {batch_id : nat; operations : vec Operation};
service : {
  api_version : () -> (nat16) query;
  list : (record {start : opt nat; length : opt nat}) -> (vec record {
    key : text; content_type : text; encodings : vec record {content_encoding : text; sha256 : opt blob};
    max_age : opt nat64; headers : opt Headers; allow_raw_access : opt bool; is_aliased : opt bool}) query;
  get_asset_properties : (text) -> (Properties) query;
  create_batch : (record {}) -> (record {batch_id : nat});
  create_chunk : (record {batch_id : nat; content : blob}) -> (record {chunk_id : nat});
  create_chunks : (record {batch_id : nat; content : vec blob}) -> (record {chunk_ids : vec nat});
  commit_batch : (Commit) -> ();
  propose_commit_batch : (Commit) -> ();
  compute_evidence : (record {batch_id : nat; max_iterations : opt nat16}) -> (opt blob);
}`

let parsed: CandidInterface | undefined
const canisterInterface = (): CandidInterface => {
  parsed ??= parseDid(INTERFACE)
  return parsed
}

interface WireProperties {
  readonly max_age: readonly bigint[]
  readonly headers: readonly (readonly {readonly _0_: string; readonly _1_: string}[])[]
  readonly allow_raw_access: readonly boolean[]
  readonly is_aliased: readonly boolean[]
}
interface WireAsset extends WireProperties {
  readonly key: string
  readonly content_type: string
  readonly encodings: readonly {readonly content_encoding: string; readonly sha256: readonly Uint8Array[]}[]
}

/** Listing goes on from page to page. */
const PAGE = 100n
/** The version that takes several chunks in one call. */
const CHUNKS_VERSION = 2

export class AssetCanister {
  constructor(
    private readonly agent: IcAgent,
    private readonly canisterId: CanisterId,
  ) {}

  /** Every asset with its properties, however old the canister: one that does not list properties is asked for each. */
  async list(): Promise<readonly CanisterAsset[]> {
    const assets = new Map<string, WireAsset>()
    for (let start = 0n; ; start += PAGE) {
      const page = (await this.#query('list', {start: [start], length: [PAGE]})) as readonly WireAsset[]
      const known = assets.size
      for (const asset of page) assets.set(asset.key, asset)
      if (assets.size === known || page.length < PAGE) break
    }
    return Promise.all([...assets.values()].map(async (asset) => toCanisterAsset(asset, await this.#findProperties(asset))))
  }

  async #findProperties(asset: WireAsset): Promise<WireProperties> {
    return asset.allow_raw_access.length > 0 ? asset : ((await this.#query('get_asset_properties', asset.key)) as WireProperties)
  }

  async createBatch(): Promise<bigint> {
    return ((await this.#update('create_batch', {})) as {batch_id: bigint}).batch_id
  }

  /** Uploads chunks in one call where the canister can, else one by one. */
  async createChunks(batchId: bigint, contents: readonly Uint8Array[]): Promise<readonly bigint[]> {
    this.#version ??= this.#readVersion()
    if ((await this.#version) >= CHUNKS_VERSION)
      return ((await this.#update('create_chunks', {batch_id: batchId, content: contents})) as {chunk_ids: bigint[]}).chunk_ids
    const ids: bigint[] = []
    for (const content of contents)
      ids.push(((await this.#update('create_chunk', {batch_id: batchId, content})) as {chunk_id: bigint}).chunk_id)
    return ids
  }

  #version: Promise<number> | undefined

  /** Canisters from before versions count as 0. */
  async #readVersion(): Promise<number> {
    try {
      return Number(await this.#query('api_version'))
    } catch (error) {
      if (error instanceof CallRejected) return 0
      throw error
    }
  }

  async commit(batchId: bigint, operations: readonly WireOperation[]): Promise<void> {
    await this.#update('commit_batch', {batch_id: batchId, operations})
  }

  /** Leaves the commit to others. Gives the evidence they can compare. */
  async propose(batchId: bigint, operations: readonly WireOperation[]): Promise<Uint8Array> {
    await this.#update('propose_commit_batch', {batch_id: batchId, operations})
    for (;;) {
      const [evidence] = (await this.#update('compute_evidence', {batch_id: batchId, max_iterations: []})) as readonly Uint8Array[]
      if (evidence) return evidence
    }
  }

  #query(method: string, ...args: unknown[]): Promise<unknown> {
    return this.#send('query', method, args)
  }

  #update(method: string, ...args: unknown[]): Promise<unknown> {
    return this.#send('update', method, args)
  }

  async #send(kind: 'query' | 'update', method: string, args: readonly unknown[]): Promise<unknown> {
    const {types} = canisterInterface()
    const type = findMethod(canisterInterface(), method)!
    try {
      const reply = await this.agent[kind]({canisterId: this.canisterId, method, arg: encodeArgs(type.args, args, types)})
      return decodeArgs(reply, type.results, types)[0]
    } catch (error) {
      const missing = error instanceof CallRejected && /does not have (Prepare|Commit) permission/.exec(error.message)
      throw missing ? new AssetPermissionMissing(principalToText(this.agent.sender), missing[1] as 'Prepare' | 'Commit', error) : error
    }
  }
}

function toCanisterAsset({key, content_type, encodings}: WireAsset, wire: WireProperties): CanisterAsset {
  const properties: AssetProperties = {
    maxAge: wire.max_age[0],
    headers: (wire.headers[0] ?? []).map(({_0_, _1_}) => [_0_, _1_]),
    allowsRawAccess: wire.allow_raw_access[0],
    isAliased: wire.is_aliased[0],
  }
  return {key, mediaType: content_type, properties, encodings: new Map(encodings.map((each) => [each.content_encoding, each.sha256[0]]))}
}

export type WireOperation = Readonly<Record<string, object>>

const optional = <T>(value: T | undefined): readonly [] | readonly [T] => (value === undefined ? [] : [value])
const toHeaders = (headers: AssetProperties['headers']) => headers.map(([name, value]) => ({_0_: name, _1_: value}))
const toOptionalHeaders = (headers: AssetProperties['headers']) => (headers.length === 0 ? [] : [toHeaders(headers)])

/** An operation as the canister takes it; `chunkIds` are those of its content. */
export function toWireOperation(operation: AssetOperation, chunkIds: readonly bigint[]): WireOperation {
  const {key} = operation
  switch (operation.kind) {
    case 'delete':
      return {DeleteAsset: {key}}
    case 'unset':
      return {UnsetAssetContent: {key, content_encoding: operation.encoding}}
    case 'set':
      return {
        SetAssetContent: {key, content_encoding: operation.encoding, chunk_ids: chunkIds, last_chunk: [], sha256: [operation.sha256]},
      }
    case 'create': {
      const {maxAge, headers, allowsRawAccess, isAliased} = operation.properties
      return {
        CreateAsset: {
          key,
          content_type: operation.mediaType,
          max_age: optional(maxAge),
          headers: toOptionalHeaders(headers),
          enable_aliasing: optional(isAliased),
          allow_raw_access: optional(allowsRawAccess),
        },
      }
    }
    case 'properties': {
      const {changes} = operation
      return {
        SetAssetProperties: {
          key,
          max_age: 'maxAge' in changes ? [optional(changes.maxAge)] : [],
          headers: changes.headers ? [toOptionalHeaders(changes.headers)] : [],
          allow_raw_access: changes.allowsRawAccess === undefined ? [] : [[changes.allowsRawAccess]],
          is_aliased: changes.isAliased === undefined ? [] : [[changes.isAliased]],
        },
      }
    }
  }
}
