/**
 * Snapshots of canisters, whole and piece by piece.
 *
 * Source: IC interface specification, "IC method take_canister_snapshot" and those that follow.
 */

import type {CanisterId} from '../protocol/principal.js'
import type {IcAgent} from './ic-agent.js'
import {callManagement} from './management.js'

export interface Snapshot {
  readonly id: Uint8Array
  readonly takenAtNs: bigint
  readonly sizeBytes: bigint
}

/** As the management canister names it; JSON of it is `metadata.json` of a download. */
export interface SnapshotMetadata {
  readonly wasm_module_size: bigint
  readonly wasm_memory_size: bigint
  readonly stable_memory_size: bigint
  readonly wasm_chunk_store: readonly {readonly hash: Uint8Array}[]
  readonly [field: string]: unknown
}

export type MemoryKind = 'wasm_module' | 'wasm_memory' | 'stable_memory'

/** A part of a snapshot: a slice of a memory, or a chunk of the chunk store. */
export type SnapshotPart =
  | {readonly kind: MemoryKind; readonly offset: bigint; readonly size: bigint}
  | {readonly kind: 'wasm_chunk'; readonly hash: Uint8Array}

export async function takeSnapshot(agent: IcAgent, canisterId: CanisterId, replace: Uint8Array | undefined): Promise<Snapshot> {
  const argument = {canister_id: canisterId, replace_snapshot: toOpt(replace), uninstall_code: [], sender_canister_version: []}
  return toSnapshot((await callManagement(agent, 'take_canister_snapshot', argument, canisterId)) as RawSnapshot)
}

export async function loadSnapshot(agent: IcAgent, canisterId: CanisterId, snapshotId: Uint8Array): Promise<void> {
  const argument = {canister_id: canisterId, snapshot_id: snapshotId, sender_canister_version: []}
  await callManagement(agent, 'load_canister_snapshot', argument, canisterId)
}

export async function listSnapshots(agent: IcAgent, canisterId: CanisterId): Promise<Snapshot[]> {
  const found = await callManagement(agent, 'list_canister_snapshots', {canister_id: canisterId}, canisterId)
  return (found as RawSnapshot[]).map(toSnapshot)
}

export async function deleteSnapshot(agent: IcAgent, canisterId: CanisterId, snapshotId: Uint8Array): Promise<void> {
  await callManagement(agent, 'delete_canister_snapshot', {canister_id: canisterId, snapshot_id: snapshotId}, canisterId)
}

export async function readSnapshotMetadata(agent: IcAgent, canisterId: CanisterId, snapshotId: Uint8Array): Promise<SnapshotMetadata> {
  const argument = {canister_id: canisterId, snapshot_id: snapshotId}
  return (await callManagement(agent, 'read_canister_snapshot_metadata', argument, canisterId)) as SnapshotMetadata
}

export async function readSnapshotPart(
  agent: IcAgent,
  canisterId: CanisterId,
  snapshotId: Uint8Array,
  part: SnapshotPart,
): Promise<Uint8Array> {
  const kind = part.kind === 'wasm_chunk' ? {wasm_chunk: {hash: part.hash}} : {[part.kind]: {offset: part.offset, size: part.size}}
  const argument = {canister_id: canisterId, snapshot_id: snapshotId, kind}
  return ((await callManagement(agent, 'read_canister_snapshot_data', argument, canisterId)) as {chunk: Uint8Array}).chunk
}

/** Makes an empty snapshot to be filled; gives its id. */
export async function uploadSnapshotMetadata(
  agent: IcAgent,
  canisterId: CanisterId,
  metadata: SnapshotMetadata,
  replace: Uint8Array | undefined,
): Promise<Uint8Array> {
  const argument = {...metadata, canister_id: canisterId, replace_snapshot: toOpt(replace)}
  return ((await callManagement(agent, 'upload_canister_snapshot_metadata', argument, canisterId)) as {snapshot_id: Uint8Array}).snapshot_id
}

export async function uploadSnapshotPart(
  agent: IcAgent,
  canisterId: CanisterId,
  snapshotId: Uint8Array,
  {part, chunk}: {readonly part: SnapshotPart; readonly chunk: Uint8Array},
): Promise<void> {
  const kind = part.kind === 'wasm_chunk' ? {wasm_chunk: null} : {[part.kind]: {offset: part.offset}}
  await callManagement(agent, 'upload_canister_snapshot_data', {canister_id: canisterId, snapshot_id: snapshotId, kind, chunk}, canisterId)
}

interface RawSnapshot {
  readonly id: Uint8Array
  readonly taken_at_timestamp: bigint
  readonly total_size: bigint
}

function toSnapshot({id, taken_at_timestamp: takenAtNs, total_size: sizeBytes}: RawSnapshot): Snapshot {
  return {id, takenAtNs, sizeBytes}
}

const toOpt = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])
