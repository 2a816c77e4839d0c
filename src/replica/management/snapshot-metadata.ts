/**
 * `read_canister_snapshot_metadata`, `upload_canister_snapshot_metadata`: everything of a snapshot but its bytes.
 *
 * Uploading makes a new snapshot whose module and memories are still zero; `upload_canister_snapshot_data` fills them.
 * Source: IC interface specification, the methods' sections; digest management-canister section 6.
 */

import {fromHex} from '../../base/bytes.js'
import type {CanisterSnapshot, CanisterState, GlobalValue} from '../state/canister-state.js'
import {CHUNK_BYTES, PagedMemory} from '../state/paged-memory.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reject, reply} from './management-call.js'
import {findSlotRefusal, findSnapshot, nextSnapshotId, type SnapshotArgs, storeSnapshot, wholeSnapshotCharge} from './snapshots.js'

type Optional<T> = readonly [] | readonly [T]
type TimerArg = {readonly inactive: null} | {readonly active: bigint}
type GlobalArg = {readonly i32: number} | {readonly i64: bigint} | {readonly f32: number} | {readonly f64: number} | {readonly v128: bigint}

export interface UploadMetadataArgs extends CanisterIdArgs {
  readonly replace_snapshot: Optional<Uint8Array>
  readonly wasm_module_size: bigint
  readonly globals: readonly GlobalArg[]
  readonly wasm_memory_size: bigint
  readonly stable_memory_size: bigint
  readonly certified_data: Uint8Array
  readonly global_timer: Optional<TimerArg>
  readonly on_low_wasm_memory_hook_status: Optional<Readonly<Record<string, null>>>
}

/** Digest execution-and-cycles section 7; a 64-bit heap can have 6 GiB. */
const MAX_WASM_MODULE_BYTES = 100n << 20n
const MAX_WASM_MEMORY_BYTES = 6n << 30n
const MAX_STABLE_MEMORY_BYTES = 500n << 30n
const MAX_CERTIFIED_DATA_BYTES = 32

export function readCanisterSnapshotMetadata(call: ManagementCall<SnapshotArgs>, canister: CanisterState): ManagementStep {
  const snapshot = findSnapshot(call, canister, call.args.snapshot_id)
  if ('kind' in snapshot) return snapshot
  const {globalTimerNs, lowWasmMemoryHook} = snapshot
  return reply({
    source: {[snapshot.source]: null},
    taken_at_timestamp: snapshot.takenAtNs,
    wasm_module_size: BigInt(snapshot.wasm.length),
    globals: snapshot.globals.map(globalToArg),
    wasm_memory_size: BigInt(snapshot.heap.sizeBytes),
    stable_memory_size: BigInt(snapshot.stable.sizeBytes),
    wasm_chunk_store: [...snapshot.chunkStore.keys()].sort().map((hash) => ({hash: fromHex(hash)})),
    canister_version: snapshot.canisterVersion,
    certified_data: snapshot.certifiedData,
    global_timer: globalTimerNs === undefined ? [] : [globalTimerNs === 0n ? {inactive: null} : {active: globalTimerNs}],
    on_low_wasm_memory_hook_status: lowWasmMemoryHook === undefined ? [] : [{[lowWasmMemoryHook]: null}],
  })
}

export function uploadCanisterSnapshotMetadata(call: ManagementCall<UploadMetadataArgs>, canister: CanisterState): ManagementStep {
  const {args} = call
  const [replacedId] = args.replace_snapshot
  const problem = findProblem(args)
  if (problem !== undefined) return reject('IC0408', problem)
  const noSlot = findSlotRefusal(call, canister, replacedId)
  if (noSlot) return noSlot
  const snapshot = emptySnapshot(args, canister, call.env.timeNs)
  return (
    storeSnapshot(call, canister, snapshot, {replacedId}) ?? {
      ...reply({snapshot_id: snapshot.id}),
      instructions: wholeSnapshotCharge(snapshot).instructions,
    }
  )
}

function findProblem(args: UploadMetadataArgs): string | undefined {
  for (const [what, size, max] of [
    ['wasm_memory_size', args.wasm_memory_size, MAX_WASM_MEMORY_BYTES],
    ['stable_memory_size', args.stable_memory_size, MAX_STABLE_MEMORY_BYTES],
  ] as const) {
    if (size % BigInt(CHUNK_BYTES) !== 0n) return `${what} ${size} is not a multiple of ${CHUNK_BYTES}`
    if (size > max) return `${what} ${size} exceeds ${max}`
  }
  if (args.wasm_module_size > MAX_WASM_MODULE_BYTES) return `wasm_module_size ${args.wasm_module_size} exceeds ${MAX_WASM_MODULE_BYTES}`
  const {length} = args.certified_data
  return length > MAX_CERTIFIED_DATA_BYTES ? `certified_data of ${length} bytes exceeds ${MAX_CERTIFIED_DATA_BYTES}` : undefined
}

function emptySnapshot(args: UploadMetadataArgs, canister: CanisterState, takenAtNs: bigint): CanisterSnapshot {
  const [timer] = args.global_timer
  const [hook] = args.on_low_wasm_memory_hook_status
  return {
    id: nextSnapshotId(canister),
    takenAtNs,
    source: 'metadata_upload',
    canisterVersion: canister.version,
    wasm: new Uint8Array(Number(args.wasm_module_size)),
    heap: new PagedMemory(Number(args.wasm_memory_size)),
    stable: new PagedMemory(Number(args.stable_memory_size)),
    globals: args.globals.map(globalFromArg),
    certifiedData: args.certified_data.slice(),
    chunkStore: new Map(),
    ...(timer && {globalTimerNs: 'active' in timer ? timer.active : 0n}),
    ...(hook && {lowWasmMemoryHook: Object.keys(hook)[0] as NonNullable<CanisterSnapshot['lowWasmMemoryHook']>}),
  }
}

/** Floats travel as numbers and are kept as bits. */
const floats = new DataView(new ArrayBuffer(8))

function globalToArg(global: GlobalValue): GlobalArg {
  switch (global.type) {
    case 'i32':
      return {i32: global.bits | 0}
    case 'f32':
      floats.setUint32(0, global.bits)
      return {f32: floats.getFloat32(0)}
    case 'i64':
      return {i64: BigInt.asIntN(64, global.bits)}
    case 'f64':
      floats.setBigUint64(0, global.bits)
      return {f64: floats.getFloat64(0)}
    case 'v128':
      return {v128: global.bits}
  }
}

function globalFromArg(arg: GlobalArg): GlobalValue {
  if ('i32' in arg) return {type: 'i32', bits: arg.i32 >>> 0}
  if ('i64' in arg) return {type: 'i64', bits: BigInt.asUintN(64, arg.i64)}
  if ('v128' in arg) return {type: 'v128', bits: BigInt.asUintN(128, arg.v128)}
  if ('f32' in arg) {
    floats.setFloat32(0, arg.f32)
    return {type: 'f32', bits: floats.getUint32(0)}
  }
  floats.setFloat64(0, arg.f64)
  return {type: 'f64', bits: floats.getBigUint64(0)}
}
