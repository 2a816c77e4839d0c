/**
 * `upload_chunk`, `stored_chunks`, `clear_chunk_store`: pieces of modules too large for one message.
 *
 * Source: IC interface specification, "IC method upload_chunk" and following; digest management-canister section 5, "Chunks".
 */

import {fromHex, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CanisterState} from '../state/canister-state.js'
import {type ChangeCharge, payForChange} from './change-charge.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'

/** Every chunk counts as this much memory, whatever its length. */
export const CHUNK_SIZE_BYTES = 1_048_576
const MAX_CHUNKS = 100
const UPLOAD_CHARGE: ChangeCharge = {
  instructions: 200_000_000n,
  refuse: (reason) => storeError(`Error charging for 'upload_chunk': ${reason}`),
}

export function uploadChunk(call: ManagementCall<CanisterIdArgs & {readonly chunk: Uint8Array}>, canister: CanisterState): ManagementStep {
  const {chunk} = call.args
  const hash = sha256(chunk)
  const key = toHex(hash)
  if (canister.chunkStore.has(key)) return reply({hash})
  const refusal =
    findChunkRefusal(canister.chunkStore, key, chunk) ??
    payForChange(call, canister, {chunkStore: new Map(canister.chunkStore).set(key, chunk)}, UPLOAD_CHARGE)
  if (refusal) return refusal
  canister.chunkStore.set(key, chunk.slice())
  touch(call.state, canister.id)
  return {...reply({hash}), instructions: UPLOAD_CHARGE.instructions}
}

/** Why the chunk cannot be stored: it is too large, or new in a store that is full. */
export function findChunkRefusal(store: ReadonlyMap<string, Uint8Array>, key: string, chunk: Uint8Array): ManagementStep | undefined {
  if (chunk.length > CHUNK_SIZE_BYTES)
    return storeError(`Wasm chunk size ${chunk.length} exceeds the maximum chunk size of ${CHUNK_SIZE_BYTES}`)
  if (store.size < MAX_CHUNKS || store.has(key)) return undefined
  return storeError(
    `Wasm chunk store has already reached maximum capacity of ${MAX_CHUNKS * CHUNK_SIZE_BYTES} bytes or the maximum number of entries, ${MAX_CHUNKS}`,
  )
}

export const noSuchChunk = (hash: Uint8Array): ManagementStep => storeError(`Chunk hash ${listBytes(hash)} was not found`)

/** As Rust prints them. */
export const listBytes = (bytes: Uint8Array): string => `[${bytes.join(', ')}]`

export function storedChunks(_call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  return reply([...canister.chunkStore.keys()].sort().map((key) => ({hash: fromHex(key)})))
}

export function clearChunkStore(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  canister.chunkStore.clear()
  touch(call.state, canister.id)
  return reply()
}

export const storeError = (text: string): ManagementStep => reject('IC0504', `Error from Wasm chunk store: ${text}.`)
