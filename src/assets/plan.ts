/**
 * What has to be done so that the canister serves what the project has; a pure comparison of the two.
 *
 * The order is the one in which evidence is computed: deletions, creations, contents taken away, contents set, properties; each by key.
 * Source: digest http-gateway, section 8.
 */

import {equalBytes} from '../base/bytes.js'
import type {AssetProperties, ProjectAsset} from './encode-content.js'

export interface CanisterAsset {
  readonly key: string
  readonly mediaType: string
  /** Encoding → SHA-256, when the canister tells it. */
  readonly encodings: ReadonlyMap<string, Uint8Array | undefined>
  readonly properties: AssetProperties
}

export type AssetOperation =
  | {readonly kind: 'delete'; readonly key: string}
  | {readonly kind: 'create'; readonly key: string; readonly mediaType: string; readonly properties: AssetProperties}
  | {readonly kind: 'unset'; readonly key: string; readonly encoding: string}
  | {readonly kind: 'set'; readonly key: string; readonly encoding: string; readonly bytes: Uint8Array; readonly sha256: Uint8Array}
  | {readonly kind: 'properties'; readonly key: string; readonly changes: PropertyChanges}

/** Only what changes. */
export interface PropertyChanges {
  readonly maxAge?: bigint | undefined
  readonly headers?: AssetProperties['headers']
  readonly allowsRawAccess?: boolean
  readonly isAliased?: boolean
}

export interface SyncPlan {
  readonly operations: readonly AssetOperation[]
  /** Contents that are there already. */
  readonly unchanged: readonly {readonly key: string; readonly encoding: string; readonly sha256: Uint8Array}[]
}

export function planSync(project: readonly ProjectAsset[], canister: readonly CanisterAsset[]): SyncPlan {
  const wanted = new Map(project.map((asset) => [asset.key, asset]))
  const present = new Map(canister.map((asset) => [asset.key, asset]))
  const isKept = ({key, mediaType}: CanisterAsset): boolean => wanted.get(key)?.mediaType === mediaType
  const keptAsset = ({key}: ProjectAsset): CanisterAsset | undefined => {
    const asset = present.get(key)
    return asset && isKept(asset) ? asset : undefined
  }
  const sorted = [...project].sort((a, b) => compare(a.key, b.key))
  const deletions = [...canister].filter((asset) => !isKept(asset)).sort((a, b) => compare(a.key, b.key))
  const contents = sorted.flatMap((asset) => planContents(asset, keptAsset(asset)))
  const sets = contents.filter((content) => content.kind === 'set')
  return {
    operations: [
      ...deletions.map(({key}) => ({kind: 'delete', key}) as const),
      ...sorted
        .filter((asset) => !keptAsset(asset))
        .map(({key, mediaType, properties}) => ({kind: 'create', key, mediaType, properties}) as const),
      ...sorted.flatMap((asset) => planUnsets(asset, keptAsset(asset))),
      ...sets,
      ...sorted.flatMap((asset) => planProperties(asset, keptAsset(asset))),
    ],
    unchanged: contents.filter((content) => content.kind === 'unchanged'),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type PlannedContent = Extract<AssetOperation, {kind: 'set'}> | ({readonly kind: 'unchanged'} & SyncPlan['unchanged'][number])

function planContents({key, encodings}: ProjectAsset, present: CanisterAsset | undefined): readonly PlannedContent[] {
  return [...encodings]
    .sort(([a], [b]) => compare(a, b))
    .map(([encoding, {bytes, sha256}]) => {
      const known = present?.encodings.get(encoding)
      return known && equalBytes(known, sha256) ? {kind: 'unchanged', key, encoding, sha256} : {kind: 'set', key, encoding, bytes, sha256}
    })
}

function planUnsets({key, encodings}: ProjectAsset, present: CanisterAsset | undefined): readonly AssetOperation[] {
  return [...(present?.encodings.keys() ?? [])]
    .filter((encoding) => !encodings.has(encoding))
    .sort(compare)
    .map((encoding) => ({kind: 'unset', key, encoding}))
}

function planProperties({key, properties}: ProjectAsset, present: CanisterAsset | undefined): readonly AssetOperation[] {
  if (!present) return []
  const {maxAge, headers, allowsRawAccess, isAliased} = properties
  const now = present.properties
  const changes: PropertyChanges = {
    ...(maxAge !== now.maxAge && {maxAge}),
    ...(!haveSameHeaders(headers, now.headers) && {headers}),
    ...(allowsRawAccess !== undefined && allowsRawAccess !== now.allowsRawAccess && {allowsRawAccess}),
    ...((isAliased ?? true) !== (now.isAliased ?? true) && {isAliased: isAliased ?? true}),
  }
  return Object.keys(changes).length === 0 ? [] : [{kind: 'properties', key, changes}]
}

function haveSameHeaders(a: AssetProperties['headers'], b: AssetProperties['headers']): boolean {
  const text = (headers: AssetProperties['headers']): string => JSON.stringify([...headers].sort(([one], [other]) => compare(one, other)))
  return text(a) === text(b)
}

/** Bytes and operations of one `commit_batch`: a message may have 2 MiB. dfx-compat, section 5. */
export const MAX_OPERATIONS = 500
export const MAX_CHUNK_BYTES = 1_900_000

/** One chunk to upload, and the operation whose content it is a part of. */
export interface PlannedChunk {
  readonly operation: number
  readonly bytes: Uint8Array
}

/** Cuts the contents into chunks, in order, and packs chunks that fit into one message. */
export function planUploads(operations: readonly AssetOperation[], maxBytes = MAX_CHUNK_BYTES): readonly (readonly PlannedChunk[])[] {
  const messages: PlannedChunk[][] = []
  let room = 0
  for (const [index, operation] of operations.entries()) {
    if (operation.kind !== 'set') continue
    const {bytes} = operation
    // An empty file has one empty chunk.
    for (let start = 0; start === 0 || start < bytes.length; start += maxBytes) {
      const chunk = {operation: index, bytes: bytes.subarray(start, start + maxBytes)}
      if (messages.length === 0 || chunk.bytes.length > room) {
        messages.push([])
        room = maxBytes
      }
      messages.at(-1)!.push(chunk)
      room -= chunk.bytes.length
    }
  }
  return messages
}
