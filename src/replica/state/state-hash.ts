/** One hash over everything that is replicated: two nodes, or a run and its replay, agree on it or differ somewhere. */

import {bigEndian64, encodeUtf8} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CanisterState} from './canister-state.js'
import {encodeCanister, encodeIngressHistory, encodeRestOfState} from './codec.js'
import {CHUNK_BYTES, type PagedMemory} from './paged-memory.js'
import type {ReplicatedState} from './replicated-state.js'
import {selectAmongAll} from './select-canisters.js'

/** SHA-256 over queues, timers, histories, balances, code and the bytes of all memories. */
export function stateHash(state: ReplicatedState): Uint8Array {
  const canisters = selectAmongAll(state, () => true).map(canisterHash)
  return sha256(encodeRestOfState(state), ...encodeIngressHistory(state.ingressHistory), ...canisters)
}

function canisterHash(canister: CanisterState): Uint8Array {
  const {bytes, memories} = encodeCanister(canister)
  const content = [...memories].flatMap(([name, memory]) => [encodeUtf8(name), memoryHash(memory)])
  return sha256(sha256(bytes), ...content)
}

/** Chunks that are all zero count as absent: whether they were ever written makes no difference. */
function memoryHash(memory: PagedMemory): Uint8Array {
  const parts: Uint8Array[] = []
  for (let index = 0; index * CHUNK_BYTES < memory.sizeBytes; index++) {
    const chunk = memory.findChunk(index)
    if (chunk?.some((byte) => byte !== 0)) parts.push(bigEndian64(BigInt(index)), sha256(chunk))
  }
  return sha256(...parts)
}
