/** How many bytes a canister occupies: what storage is charged for and what `canister_status` shows. Digest management-canister section 4. */

import type {CanisterChange, CanisterSnapshot, CanisterState} from '../state/canister-state.js'

/** All in bytes. */
export interface MemoryUsage {
  readonly wasmMemory: number
  readonly stableMemory: number
  readonly globalMemory: number
  readonly wasmBinary: number
  readonly customSections: number
  readonly canisterHistory: number
  readonly chunkStore: number
  readonly snapshots: number
}

/** A chunk counts as a whole MiB, whatever its length. */
const CHUNK_STORE_ENTRY_BYTES = 1_048_576
/** Per mutable or exported global, as the reference implementation counts. */
const GLOBAL_BYTES = 32
/** Time, version, origin and kind of a history entry, and one principal: fixed sizes, so that a change costs the same for everyone. */
const HISTORY_ENTRY_BYTES = 128
const PRINCIPAL_BYTES = 30

export function memoryUsage(canister: CanisterState): MemoryUsage {
  const {code} = canister
  return {
    wasmMemory: code?.heap.sizeBytes ?? 0,
    stableMemory: code?.stable.sizeBytes ?? 0,
    globalMemory: (code?.globals.length ?? 0) * GLOBAL_BYTES,
    wasmBinary: code?.module.wasm.length ?? 0,
    customSections: sum(code?.module.customSections ?? [], ({name, content}) => name.length + content.length),
    canisterHistory: sum(canister.history.changes, historyEntryBytes),
    chunkStore: canister.chunkStore.size * CHUNK_STORE_ENTRY_BYTES,
    snapshots: sum(canister.snapshots.values(), snapshotBytes),
  }
}

/** Sum of `memoryUsage`, without messages. */
export function memoryUsageBytes(canister: CanisterState): number {
  return sum(Object.values(memoryUsage(canister)), (bytes) => bytes)
}

/** What storage is charged for, without messages: the larger of usage and allocation. */
export function chargedMemoryBytes(canister: CanisterState): bigint {
  const used = BigInt(memoryUsageBytes(canister))
  const {memoryAllocationBytes} = canister.settings
  return used > memoryAllocationBytes ? used : memoryAllocationBytes
}

export function snapshotBytes(snapshot: CanisterSnapshot): number {
  return (
    snapshot.wasm.length +
    snapshot.heap.sizeBytes +
    snapshot.stable.sizeBytes +
    snapshot.globals.length * GLOBAL_BYTES +
    snapshot.certifiedData.length +
    snapshot.chunkStore.size * CHUNK_STORE_ENTRY_BYTES
  )
}

function historyEntryBytes({details}: CanisterChange): number {
  const listed = 'controllers' in details ? details.controllers.length : 0
  return HISTORY_ENTRY_BYTES + listed * PRINCIPAL_BYTES
}

function sum<T>(items: Iterable<T>, bytesOf: (item: T) => number): number {
  let total = 0
  for (const item of items) total += bytesOf(item)
  return total
}
