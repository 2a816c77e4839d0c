/**
 * The bytes of checkpoints.
 *
 *     manifest = "ICICCHK" ‖ version u8 ‖ SHA-256 of the rest ‖ CBOR [height, next memory id, overlays]
 *     overlay  = 4 KiB: "ICICOVL" ‖ version u8 ‖ zeros; then pages of memories; then canisters, parts, blobs; then the index
 *     index    = CBOR [canisters, removed, parts, blobs, memories]; its place and SHA-256 stand in the manifest
 *
 * Overlays stand in the manifest oldest first; a later one replaces what it names of earlier ones.
 */

import {encodeUtf8, equalBytes} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {type CborValue, decodeCbor} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {CanisterId} from '../../protocol/principal.js'
import {StoreDamaged, StoreVersionUnknown} from './errors.js'
import type {PageRun} from './stored-memory.js'

export const CHECKPOINT_VERSION = 1
export const OVERLAY_MAGIC = encodeUtf8('ICICOVL')
const MANIFEST_MAGIC = encodeUtf8('ICICCHK')
const MANIFEST_HEADER_BYTES = 40

/** Where bytes lie in an overlay, and their CRC-32. */
export interface Extent {
  readonly offset: number
  readonly length: number
  readonly checksum: number
}

export interface OverlayEntry {
  readonly name: string
  readonly sizeBytes: number
  readonly indexOffset: number
  readonly indexDigest: Uint8Array
}

export interface Manifest {
  readonly height: number
  readonly nextMemoryId: number
  readonly overlays: readonly OverlayEntry[]
}

export interface CanisterEntry {
  readonly id: CanisterId
  readonly metadata: Extent
  readonly memories: readonly {readonly name: string; readonly memoryId: number}[]
  /** SHA-256 in hexadecimal. */
  readonly blobs: readonly string[]
}

export interface MemoryEntry {
  readonly id: number
  readonly sizeBytes: number
  /** The memory whose pages show where this one has none. */
  readonly baseId: number | undefined
  readonly runs: readonly PageRun[]
  readonly checksums: Uint32Array
}

export interface OverlayIndex {
  readonly canisters: readonly CanisterEntry[]
  readonly removed: readonly CanisterId[]
  readonly parts: readonly {readonly name: string; readonly extent: Extent}[]
  readonly blobs: readonly {readonly hash: string; readonly extent: Extent}[]
  readonly memories: readonly MemoryEntry[]
}

export function encodeManifest({height, nextMemoryId, overlays}: Manifest): Uint8Array {
  const entries = overlays.map(({name, sizeBytes, indexOffset, indexDigest}) => [name, sizeBytes, indexOffset, indexDigest])
  const content = encodeCbor([height, nextMemoryId, entries])
  const bytes = new Uint8Array(MANIFEST_HEADER_BYTES + content.length)
  bytes.set(MANIFEST_MAGIC)
  bytes[MANIFEST_MAGIC.length] = CHECKPOINT_VERSION
  bytes.set(sha256(content), MANIFEST_MAGIC.length + 1)
  bytes.set(content, MANIFEST_HEADER_BYTES)
  return bytes
}

/** Throws StoreDamaged or StoreVersionUnknown, naming `file`. */
export function decodeManifest(file: string, bytes: Uint8Array): Manifest {
  const at = MANIFEST_MAGIC.length
  if (bytes.length < MANIFEST_HEADER_BYTES || !equalBytes(bytes.subarray(0, at), MANIFEST_MAGIC))
    throw new StoreDamaged(file, 'is not a manifest of icicle')
  if (bytes[at] !== CHECKPOINT_VERSION) throw new StoreVersionUnknown(file, bytes[at]!, CHECKPOINT_VERSION)
  const content = bytes.subarray(MANIFEST_HEADER_BYTES)
  if (!equalBytes(sha256(content), bytes.subarray(at + 1, MANIFEST_HEADER_BYTES))) throw new StoreDamaged(file, 'does not fit its checksum')
  const [height, nextMemoryId, entries] = decodeCbor(content) as [number, number, [string, number, number, Uint8Array][]]
  const overlays = entries.map(([name, sizeBytes, indexOffset, indexDigest]) => ({name, sizeBytes, indexOffset, indexDigest}))
  return {height, nextMemoryId, overlays}
}

export function encodeIndex({canisters, removed, parts, blobs, memories}: OverlayIndex): Uint8Array {
  return encodeCbor([
    canisters.map(({id, metadata, memories: named, blobs: hashes}) => [
      id,
      encodeExtent(metadata),
      named.map(({name, memoryId}) => [name, memoryId]),
      hashes,
    ]),
    removed,
    parts.map(({name, extent}) => [name, encodeExtent(extent)]),
    blobs.map(({hash, extent}) => [hash, encodeExtent(extent)]),
    memories.map(({id, sizeBytes, baseId, runs, checksums}) => [
      id,
      sizeBytes,
      baseId ?? null,
      toBytes(Uint32Array.from(runs.flatMap(({firstPage, count, filePage}) => [firstPage, count, filePage]))),
      toBytes(checksums),
    ]),
  ])
}

type RawExtent = readonly [number, number, number]
type RawIndex = readonly [
  readonly (readonly [string, RawExtent, readonly (readonly [string, number])[], readonly string[]])[],
  readonly string[],
  readonly (readonly [string, RawExtent])[],
  readonly (readonly [string, RawExtent])[],
  readonly (readonly [number, number, number | null, Uint8Array, Uint8Array])[],
]

/** The caller has compared the digest: these are the bytes of `encodeIndex`. */
export function decodeIndex(bytes: Uint8Array): OverlayIndex {
  const [canisters, removed, parts, blobs, memories] = decodeCbor(bytes) as CborValue as unknown as RawIndex
  return {
    canisters: canisters.map(([id, metadata, named, hashes]) => ({
      id: id as CanisterId,
      metadata: readExtent(metadata),
      memories: named.map(([name, memoryId]) => ({name, memoryId})),
      blobs: hashes,
    })),
    removed: removed as readonly CanisterId[],
    parts: parts.map(([name, extent]) => ({name, extent: readExtent(extent)})),
    blobs: blobs.map(([hash, extent]) => ({hash, extent: readExtent(extent)})),
    memories: memories.map(([id, sizeBytes, baseId, runs, checksums]) => ({
      id,
      sizeBytes,
      baseId: baseId ?? undefined,
      runs: readRuns(fromBytes(runs)),
      checksums: fromBytes(checksums),
    })),
  }
}

function encodeExtent({offset, length, checksum}: Extent): RawExtent {
  return [offset, length, checksum]
}

function readExtent([offset, length, checksum]: RawExtent): Extent {
  return {offset, length, checksum}
}

function readRuns(numbers: Uint32Array): PageRun[] {
  const runs: PageRun[] = []
  for (let i = 0; i < numbers.length; i += 3) runs.push({firstPage: numbers[i]!, count: numbers[i + 1]!, filePage: numbers[i + 2]!})
  return runs
}

/** Little endian, as every machine that runs Node is. */
function toBytes(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function fromBytes(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer)
}
