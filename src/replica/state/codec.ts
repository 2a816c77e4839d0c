/**
 * The replicated state as bytes, for checkpoints: one canister at a time, the ingress history, and the rest.
 *
 * Large byte strings are not inside: modules and chunks are blobs, named by their SHA-256 and stored once; heaps and stable memories are
 * named per canister. Every part is `version ‖ value` in the encoding of `value-codec.ts`.
 */

import {concatBytes, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {CanisterQueues, type QueuesSnapshot} from './canister-queues.js'
import type {CanisterSnapshot, CanisterState, InstalledCode, LongExecution} from './canister-state.js'
import {StateVersionUnknown} from './errors.js'
import type {IngressHistory} from './ingress-history.js'
import {nothingTouched} from './new-state.js'
import type {PagedMemory} from './paged-memory.js'
import type {ReplicatedState} from './replicated-state.js'
import {decodeValue, encodeMapInPieces, encodeValue} from './value-codec.js'

/** Of the shapes of all parts; raised by any change of them. */
export const STATE_VERSION = 2

/** Before the names of memories that belong to an install under way. */
const DRAFT = 'draft/'

export interface EncodedCanister {
  readonly bytes: Uint8Array
  /** SHA-256 in hexadecimal → content. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  /** `heap`, `stable`, the same below `draft/` during an install, and `<snapshot id>/heap`, `<snapshot id>/stable`. */
  readonly memories: ReadonlyMap<string, PagedMemory>
}

/** Where a canister's large parts are found again. */
export interface CanisterSource {
  loadBlob(hash: string): Uint8Array
  loadMemory(name: string, sizeBytes: number): PagedMemory
}

/** Everything but canisters and ingress history. */
export type RestOfState = Omit<ReplicatedState, 'canisters' | 'ingressHistory' | 'touched' | 'awake'>

export function encodeCanister(canister: CanisterState): EncodedCanister {
  const blobs = new Map<string, Uint8Array>()
  const memories = new Map<string, PagedMemory>()
  const blob = (content: Uint8Array): string => {
    const hash = hashOf(content)
    blobs.set(hash, content)
    return hash
  }
  const memory = (name: string, content: PagedMemory): number => {
    memories.set(name, content)
    return content.sizeBytes
  }
  const storeCode = (stored: InstalledCode, prefix: string) => ({
    ...stored,
    module: {...stored.module, wasm: blob(stored.module.wasm)},
    heap: memory(`${prefix}heap`, stored.heap),
    stable: memory(`${prefix}stable`, stored.stable),
  })
  const code = canister.code && storeCode(canister.code, '')
  const longExecution = canister.longExecution && {
    ...canister.longExecution,
    draftCode: canister.longExecution.draftCode && storeCode(canister.longExecution.draftCode, DRAFT),
  }
  const snapshots = [...canister.snapshots].map(([key, snapshot]) => ({
    ...snapshot,
    key,
    wasm: blob(snapshot.wasm),
    heap: memory(`${key}/heap`, snapshot.heap),
    stable: memory(`${key}/stable`, snapshot.stable),
    chunkStore: [...snapshot.chunkStore.values()].map(blob),
  }))
  const chunkStore = [...canister.chunkStore.values()].map(blob)
  const bytes = encodePart({...canister, code, longExecution, snapshots, chunkStore, queues: canister.queues.snapshot()})
  return {bytes, blobs, memories}
}

type StoredCode = Omit<InstalledCode, 'module' | 'heap' | 'stable'> & {
  readonly module: Omit<InstalledCode['module'], 'wasm'> & {readonly wasm: string}
  readonly heap: number
  readonly stable: number
}

/** What a canister looks like in `EncodedCanister.bytes`: sizes for memories, hashes for blobs. */
type StoredCanister = Omit<CanisterState, 'code' | 'longExecution' | 'snapshots' | 'chunkStore' | 'queues'> & {
  readonly code?: StoredCode
  readonly longExecution?: Omit<LongExecution, 'draftCode'> & {readonly draftCode?: StoredCode}
  readonly snapshots: readonly (Omit<CanisterSnapshot, 'wasm' | 'heap' | 'stable' | 'chunkStore'> & {
    readonly key: string
    readonly wasm: string
    readonly heap: number
    readonly stable: number
    readonly chunkStore: readonly string[]
  })[]
  readonly chunkStore: readonly string[]
  readonly queues: QueuesSnapshot
}

/** Throws StateDamaged or StateVersionUnknown. */
export function decodeCanister(bytes: Uint8Array, source: CanisterSource): CanisterState {
  const stored = decodePart<StoredCanister>(bytes)
  const chunks = (hashes: readonly string[]) => new Map(hashes.map((hash) => [hash, source.loadBlob(hash)]))
  const loadCode = (code: StoredCode, prefix: string): InstalledCode => ({
    ...code,
    module: {...code.module, wasm: source.loadBlob(code.module.wasm)},
    heap: source.loadMemory(`${prefix}heap`, code.heap),
    stable: source.loadMemory(`${prefix}stable`, code.stable),
  })
  const code = stored.code && loadCode(stored.code, '')
  const {draftCode, ...rest} = stored.longExecution ?? {}
  const longExecution = stored.longExecution && ({...rest, ...(draftCode && {draftCode: loadCode(draftCode, DRAFT)})} as LongExecution)
  const snapshots = stored.snapshots.map(({key, ...snapshot}): [string, CanisterSnapshot] => [
    key,
    {
      ...snapshot,
      wasm: source.loadBlob(snapshot.wasm),
      heap: source.loadMemory(`${key}/heap`, snapshot.heap),
      stable: source.loadMemory(`${key}/stable`, snapshot.stable),
      chunkStore: chunks(snapshot.chunkStore),
    },
  ])
  const queues = new CanisterQueues(stored.queues)
  return {...stored, code, longExecution, snapshots: new Map(snapshots), chunkStore: chunks(stored.chunkStore), queues}
}

/** Few enough for a piece to take about a millisecond. */
const ENTRIES_PER_PIECE = 500

/** In the history's order, which decides what is dropped first. The history may change at once: its entries are taken now, and encoded piece by piece. */
export function encodeIngressHistory(history: IngressHistory): Iterable<Uint8Array> {
  const [keys, values] = [[...history.keys()], [...history.values()]]
  return (function* () {
    yield Uint8Array.of(STATE_VERSION)
    yield* encodeMapInPieces(keys, values, ENTRIES_PER_PIECE)
  })()
}

export function decodeIngressHistory(bytes: Uint8Array): IngressHistory {
  return decodePart(bytes)
}

export function encodeRestOfState(state: ReplicatedState): Uint8Array {
  const {canisters: _canisters, ingressHistory: _history, touched: _touched, awake: _awake, ...rest} = state
  return encodePart(rest)
}

export function decodeRestOfState(bytes: Uint8Array): RestOfState {
  return decodePart(bytes)
}

/** The whole state from its parts. */
export function assembleState(rest: RestOfState, canisters: Iterable<CanisterState>, ingressHistory: IngressHistory): ReplicatedState {
  const byId = new Map([...canisters].map((canister) => [canister.id, canister]))
  return {...rest, canisters: byId, ingressHistory, touched: nothingTouched(), awake: undefined}
}

function encodePart(value: unknown): Uint8Array {
  return concatBytes(Uint8Array.of(STATE_VERSION), encodeValue(value))
}

function decodePart<T>(bytes: Uint8Array): T {
  if (bytes[0] !== STATE_VERSION) throw new StateVersionUnknown(bytes[0] ?? 0, STATE_VERSION)
  return decodeValue(bytes.subarray(1)) as T
}

/** Blobs are never changed, so their hash is computed once. */
const hashes = new WeakMap<Uint8Array, string>()

function hashOf(blob: Uint8Array): string {
  const known = hashes.get(blob)
  if (known !== undefined) return known
  const hash = toHex(sha256(blob))
  hashes.set(blob, hash)
  return hash
}
