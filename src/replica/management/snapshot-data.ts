/**
 * `read_canister_snapshot_data`, `upload_canister_snapshot_data`: module, memories and chunks of a snapshot, slice by slice.
 *
 * Only snapshots made by metadata upload can be written to: IC0409. Source: IC interface specification, the methods' sections; digest
 * management-canister section 6.
 */

import {toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CanisterSnapshot, CanisterState} from '../state/canister-state.js'
import type {PagedMemory} from '../state/paged-memory.js'
import {payForChange} from './change-charge.js'
import {findChunkRefusal, noSuchChunk} from './chunk-store.js'
import {type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'
import {findSnapshot, type SnapshotArgs, sliceCharge} from './snapshots.js'

interface Slice {
  readonly offset: bigint
  readonly size: bigint
}

type Kind<Place> = {readonly wasm_module: Place} | {readonly wasm_memory: Place} | {readonly stable_memory: Place}

export interface ReadDataArgs extends SnapshotArgs {
  readonly kind: Kind<Slice> | {readonly wasm_chunk: {readonly hash: Uint8Array}}
}

export interface UploadDataArgs extends SnapshotArgs {
  readonly kind: Kind<{readonly offset: bigint}> | {readonly wasm_chunk: null}
  readonly chunk: Uint8Array
}

const MAX_SLICE_BYTES = 2_000_000n

export function readCanisterSnapshotData(call: ManagementCall<ReadDataArgs>, canister: CanisterState): ManagementStep {
  const snapshot = findSnapshot(call, canister, call.args.snapshot_id)
  if ('kind' in snapshot) return snapshot
  const chunk = readKind(snapshot, call.args.kind)
  if (!(chunk instanceof Uint8Array)) return chunk
  const charge = sliceCharge(chunk.length)
  const refusal = payForChange(call, canister, {}, charge)
  touch(call.state, canister.id)
  return refusal ?? {...reply({chunk}), instructions: charge.instructions}
}

export function uploadCanisterSnapshotData(call: ManagementCall<UploadDataArgs>, canister: CanisterState): ManagementStep {
  const {kind, chunk} = call.args
  const snapshot = findSnapshot(call, canister, call.args.snapshot_id)
  if ('kind' in snapshot) return snapshot
  if (snapshot.source !== 'metadata_upload') return reject('IC0409', 'Only canister snapshots created by metadata upload can be mutated.')
  const written = 'wasm_chunk' in kind ? withChunk(snapshot, chunk) : withSlice(snapshot, kind, chunk)
  if ('kind' in written) return written
  const snapshots = new Map(canister.snapshots).set(toHex(snapshot.id), written)
  const charge = sliceCharge(chunk.length)
  const refusal = payForChange(call, canister, {snapshots}, charge)
  if (refusal) return refusal
  canister.snapshots.set(toHex(snapshot.id), written)
  touch(call.state, canister.id)
  return {...reply(), instructions: charge.instructions}
}

function readKind(snapshot: CanisterSnapshot, kind: ReadDataArgs['kind']): Uint8Array | ManagementStep {
  if ('wasm_chunk' in kind) return snapshot.chunkStore.get(toHex(kind.wasm_chunk.hash)) ?? noSuchChunk(kind.wasm_chunk.hash)
  const {name, size, slice, memory} = placeOf(snapshot, kind)
  const refusal = findSliceRefusal(name, slice, size)
  if (refusal) return refusal
  const [offset, length] = [Number(slice.offset), Number(slice.size)]
  return memory ? memory.read(offset, length) : snapshot.wasm.slice(offset, offset + length)
}

function withSlice(
  snapshot: CanisterSnapshot,
  kind: Kind<{readonly offset: bigint}>,
  chunk: Uint8Array,
): CanisterSnapshot | ManagementStep {
  const {name, size, slice, memory} = placeOf(snapshot, kind)
  const refusal = findSliceRefusal(name, {offset: slice.offset, size: BigInt(chunk.length)}, size)
  if (refusal) return refusal
  const offset = Number(slice.offset)
  if (!memory) {
    const wasm = snapshot.wasm.slice()
    wasm.set(chunk, offset)
    return {...snapshot, wasm}
  }
  const changed = memory.clone()
  changed.write(offset, chunk)
  return memory === snapshot.heap ? {...snapshot, heap: changed} : {...snapshot, stable: changed}
}

function withChunk(snapshot: CanisterSnapshot, chunk: Uint8Array): CanisterSnapshot | ManagementStep {
  const hash = toHex(sha256(chunk))
  return (
    findChunkRefusal(snapshot.chunkStore, hash, chunk) ?? {...snapshot, chunkStore: new Map(snapshot.chunkStore).set(hash, chunk.slice())}
  )
}

interface Place<T> {
  /** As error texts call it. */
  readonly name: string
  readonly size: number
  readonly slice: T
  /** Undefined for the module. */
  readonly memory: PagedMemory | undefined
}

function placeOf<T>({wasm, heap, stable}: CanisterSnapshot, kind: Kind<T>): Place<T> {
  if ('wasm_module' in kind) return {name: 'wasm module', size: wasm.length, slice: kind.wasm_module, memory: undefined}
  if ('wasm_memory' in kind) return {name: 'main memory', size: heap.sizeBytes, slice: kind.wasm_memory, memory: heap}
  return {name: 'stable memory', size: stable.sizeBytes, slice: kind.stable_memory, memory: stable}
}

function findSliceRefusal(name: string, {offset, size}: Slice, total: number): ManagementStep | undefined {
  if (size > MAX_SLICE_BYTES) return reject('IC0408', `Requested slice too large: ${size} > ${MAX_SLICE_BYTES}`)
  if (offset + size <= BigInt(total)) return undefined
  return reject('IC0408', `Invalid subslice into ${name}: offset: ${offset}, size: ${size}`)
}
