/**
 * `upload_chunk`, `stored_chunks`, `clear_chunk_store`: pieces of modules too large for one message.
 *
 * Source: IC interface specification, "IC method upload_chunk" and following; digest management-canister section 5, "Chunks".
 */

import {fromHex, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'

/** Every chunk counts as this much memory, whatever its length. */
export const CHUNK_SIZE_BYTES = 1_048_576
const MAX_CHUNKS = 100
/** Charged for each upload. */
const UPLOAD_INSTRUCTIONS = 200_000_000n

export function uploadChunk(call: ManagementCall<CanisterIdArgs & {readonly chunk: Uint8Array}>, canister: CanisterState): ManagementStep {
  const {chunk} = call.args
  if (chunk.length > CHUNK_SIZE_BYTES)
    return storeError(`Wasm chunk size ${chunk.length} exceeds the maximum chunk size of ${CHUNK_SIZE_BYTES}`)
  const hash = sha256(chunk)
  const key = toHex(hash)
  if (!canister.chunkStore.has(key)) {
    if (canister.chunkStore.size >= MAX_CHUNKS)
      return storeError(
        `Wasm chunk store has already reached maximum capacity of ${MAX_CHUNKS * CHUNK_SIZE_BYTES} bytes or the maximum number of entries, ${MAX_CHUNKS}`,
      )
    canister.chunkStore.set(key, chunk.slice())
    touch(call.state, canister.id)
  }
  return {...reply({hash}), instructions: UPLOAD_INSTRUCTIONS}
}

export function storedChunks(_call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  return reply([...canister.chunkStore.keys()].sort().map((key) => ({hash: fromHex(key)})))
}

export function clearChunkStore(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  canister.chunkStore.clear()
  touch(call.state, canister.id)
  return reply()
}

const storeError = (text: string): ManagementStep => reject('IC0504', `Error from Wasm chunk store: ${text}.`)
