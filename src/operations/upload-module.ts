/** Brings a module onto a canister: in one message when it fits, else through the canister's chunk store. */

import type {IcAgent} from '../agent/ic-agent.js'
import {clearChunkStore, findStoredChunks, type InstallOptions, installChunkedCode, installCode, uploadChunk} from '../agent/management.js'
import {equalBytes} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'

/** An ingress message has at most 2 MB; what is left is for its envelope. */
export const SINGLE_MESSAGE_LIMIT_BYTES = 1_900_000
/** Source: IC interface specification, "upload_chunk". */
const CHUNK_BYTES = 1_048_576
const PARALLEL_UPLOADS = 4

/** Throws CallRejected. */
export async function uploadModule(agent: IcAgent, options: InstallOptions): Promise<void> {
  if (options.wasm.length + options.arg.length <= SINGLE_MESSAGE_LIMIT_BYTES) return installCode(agent, options)
  const {canisterId, wasm} = options
  const chunks = splitChunks(wasm)
  const stored = await findStoredChunks(agent, canisterId)
  const missing = chunks.filter(({hash}) => !stored.some((found) => equalBytes(found, hash)))
  for (let i = 0; i < missing.length; i += PARALLEL_UPLOADS)
    await Promise.all(missing.slice(i, i + PARALLEL_UPLOADS).map(({chunk}) => uploadChunk(agent, canisterId, chunk)))
  await installChunkedCode(agent, {...options, chunkHashes: chunks.map(({hash}) => hash), moduleHash: sha256(wasm)})
  await clearChunkStore(agent, canisterId)
}

export interface ModuleChunk {
  readonly chunk: Uint8Array
  readonly hash: Uint8Array
}

export function splitChunks(wasm: Uint8Array): ModuleChunk[] {
  return Array.from({length: Math.ceil(wasm.length / CHUNK_BYTES)}, (_, index) => {
    const chunk = wasm.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
    return {chunk, hash: sha256(chunk)}
  })
}
