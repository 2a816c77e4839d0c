/**
 * The methods of the management canister that clients use, with plain values.
 *
 * Source: IC interface specification, "The IC management canister"; its types are those of `candid/management.ts`.
 */

import {invariant} from '../base/invariant.js'
import {decodeArgs} from '../candid/decode.js'
import {encodeArgs} from '../candid/encode.js'
import {findManagementMethod, managementInterface} from '../candid/management.js'
import type {FuncType} from '../candid/types.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, type Principal} from '../protocol/principal.js'
import type {IcAgent} from './ic-agent.js'

export type Visibility = 'controllers' | 'public' | {readonly allowedViewers: readonly Principal[]}

/** Undefined: as it is, or the default of a new canister. Percent, bytes, seconds, cycles. */
export interface CanisterSettings {
  readonly controllers?: readonly Principal[] | undefined
  readonly computeAllocation?: bigint | undefined
  readonly memoryAllocation?: bigint | undefined
  readonly freezingThreshold?: bigint | undefined
  readonly reservedCyclesLimit?: bigint | undefined
  readonly wasmMemoryLimit?: bigint | undefined
  readonly wasmMemoryThreshold?: bigint | undefined
  readonly logVisibility?: Visibility | undefined
}

export type InstallMode =
  | {readonly kind: 'install' | 'reinstall'}
  | {readonly kind: 'upgrade'; readonly skipPreUpgrade?: boolean; readonly wasmMemoryPersistence?: 'keep' | 'replace' | undefined}

export interface CanisterLogRecord {
  readonly index: bigint
  readonly timestampNs: bigint
  readonly content: Uint8Array
}

export interface CreateOptions {
  /** Cycles; undefined: what the network gives. */
  readonly amount: bigint | undefined
  readonly settings: CanisterSettings
  readonly specifiedId: CanisterId | undefined
  /** A canister of the subnet that is to create it. */
  readonly effectiveCanisterId: CanisterId
}

/** Only on development networks. */
export async function provisionalCreateCanister(agent: IcAgent, options: CreateOptions): Promise<CanisterId> {
  const {amount, settings, specifiedId, effectiveCanisterId} = options
  const argument = {
    amount: toOpt(amount),
    settings: [encodeSettings(settings)],
    specified_id: toOpt(specifiedId),
    sender_canister_version: [],
  }
  const reply = await callManagement(agent, 'provisional_create_canister_with_cycles', argument, specifiedId ?? effectiveCanisterId)
  return (reply as {canister_id: CanisterId}).canister_id
}

/** Only on development networks. */
export async function provisionalTopUpCanister(agent: IcAgent, canisterId: CanisterId, amount: bigint): Promise<void> {
  await callManagement(agent, 'provisional_top_up_canister', {canister_id: canisterId, amount}, canisterId)
}

export interface InstallOptions {
  readonly canisterId: CanisterId
  readonly mode: InstallMode
  readonly wasm: Uint8Array
  /** Encoded arguments. */
  readonly arg: Uint8Array
}

export async function installCode(agent: IcAgent, {canisterId, mode, wasm, arg}: InstallOptions): Promise<void> {
  const argument = {mode: encodeMode(mode), canister_id: canisterId, wasm_module: wasm, arg, sender_canister_version: []}
  await callManagement(agent, 'install_code', argument, canisterId)
}

export interface InstallChunkedOptions extends Omit<InstallOptions, 'wasm'> {
  readonly chunkHashes: readonly Uint8Array[]
  readonly moduleHash: Uint8Array
}

/** The chunks lie in the chunk store of the canister itself. */
export async function installChunkedCode(agent: IcAgent, options: InstallChunkedOptions): Promise<void> {
  const {canisterId, mode, chunkHashes, moduleHash, arg} = options
  const argument = {
    mode: encodeMode(mode),
    target_canister: canisterId,
    store_canister: [],
    chunk_hashes_list: chunkHashes.map((hash) => ({hash})),
    wasm_module_hash: moduleHash,
    arg,
    sender_canister_version: [],
  }
  await callManagement(agent, 'install_chunked_code', argument, canisterId)
}

export async function uploadChunk(agent: IcAgent, canisterId: CanisterId, chunk: Uint8Array): Promise<void> {
  await callManagement(agent, 'upload_chunk', {canister_id: canisterId, chunk}, canisterId)
}

export async function clearChunkStore(agent: IcAgent, canisterId: CanisterId): Promise<void> {
  await callManagement(agent, 'clear_chunk_store', {canister_id: canisterId}, canisterId)
}

export async function findStoredChunks(agent: IcAgent, canisterId: CanisterId): Promise<Uint8Array[]> {
  const chunks = await callManagement(agent, 'stored_chunks', {canister_id: canisterId}, canisterId)
  return (chunks as {hash: Uint8Array}[]).map(({hash}) => hash)
}

/** `start_canister`, `stop_canister` (answers when stopped), `delete_canister`, `uninstall_code`. */
export async function changeCanister(
  agent: IcAgent,
  method: 'start_canister' | 'stop_canister' | 'delete_canister' | 'uninstall_code',
  canisterId: CanisterId,
): Promise<void> {
  const version = method === 'uninstall_code' ? {sender_canister_version: []} : {}
  await callManagement(agent, method, {canister_id: canisterId, ...version}, canisterId)
}

export async function updateSettings(agent: IcAgent, canisterId: CanisterId, settings: CanisterSettings): Promise<void> {
  const argument = {canister_id: canisterId, settings: encodeSettings(settings), sender_canister_version: []}
  await callManagement(agent, 'update_settings', argument, canisterId)
}

export async function fetchCanisterLogs(agent: IcAgent, canisterId: CanisterId): Promise<CanisterLogRecord[]> {
  const method = getManagementMethod('fetch_canister_logs')
  const arg = encodeArgs(method.args, [{canister_id: canisterId}], managementInterface().types)
  const call = {canisterId: MANAGEMENT_CANISTER_ID, method: 'fetch_canister_logs', arg, effectiveCanisterId: canisterId}
  const [reply] = decodeArgs(await agent.query(call), method.results, managementInterface().types)
  const {canister_log_records: records} = reply as unknown as {canister_log_records: RawLogRecord[]}
  return records.map(({idx, timestamp_nanos, content}) => ({index: idx, timestampNs: timestamp_nanos, content}))
}

interface RawLogRecord {
  readonly idx: bigint
  readonly timestamp_nanos: bigint
  readonly content: Uint8Array
}

/** Calls a method with one record (or none) and gives its one result (or undefined). */
export async function callManagement(agent: IcAgent, method: string, argument: object, effectiveCanisterId: CanisterId): Promise<unknown> {
  const {args, results} = getManagementMethod(method)
  const {types} = managementInterface()
  const call = {canisterId: MANAGEMENT_CANISTER_ID, method, arg: encodeArgs(args, [argument], types), effectiveCanisterId}
  return decodeArgs(await agent.update(call), results, types)[0]
}

export function getManagementMethod(name: string): FuncType {
  const method = findManagementMethod(name)
  invariant(method, `the management canister has a method '${name}'`)
  return method
}

const toOpt = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

function encodeMode(mode: InstallMode): object {
  if (mode.kind !== 'upgrade') return {[mode.kind]: null}
  const {skipPreUpgrade, wasmMemoryPersistence} = mode
  if (!skipPreUpgrade && !wasmMemoryPersistence) return {upgrade: []}
  const persistence = wasmMemoryPersistence && {[wasmMemoryPersistence]: null}
  return {upgrade: [{skip_pre_upgrade: toOpt(skipPreUpgrade || undefined), wasm_memory_persistence: toOpt(persistence)}]}
}

/** As the Candid record `canister_settings`. */
export function encodeSettings(settings: CanisterSettings): object {
  const {logVisibility} = settings
  return {
    controllers: toOpt(settings.controllers),
    compute_allocation: toOpt(settings.computeAllocation),
    memory_allocation: toOpt(settings.memoryAllocation),
    freezing_threshold: toOpt(settings.freezingThreshold),
    reserved_cycles_limit: toOpt(settings.reservedCyclesLimit),
    wasm_memory_limit: toOpt(settings.wasmMemoryLimit),
    wasm_memory_threshold: toOpt(settings.wasmMemoryThreshold),
    log_visibility: toOpt(logVisibility && encodeVisibility(logVisibility)),
  }
}

function encodeVisibility(visibility: Visibility): object {
  return typeof visibility === 'string' ? {[visibility]: null} : {allowed_viewers: visibility.allowedViewers}
}
