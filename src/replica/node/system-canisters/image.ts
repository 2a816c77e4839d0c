/**
 * The image of the system canisters: code and memories, nothing of a network. Their balances, times and histories begin with the network.
 *
 * Layout: an array of canisters in the encoding of `value-codec.ts`; memories are size and the chunks of 64 KiB that are not zero, by index.
 */

import type {CanisterState, InstalledCode} from '../../state/canister-state.js'
import {defaultSettings, newCanister} from '../../state/new-canister.js'
import {CHUNK_BYTES, PagedMemory} from '../../state/paged-memory.js'
import {decodeValue, encodeValue} from '../../state/value-codec.js'
import {ROOT_ID, SYSTEM_CANISTER_IDS, type SystemCanisterName} from './ids.js'

/** Half of the largest balance there is. */
export const HALF_OF_ALL_CYCLES = (1n << 127n) - 1n
/** What each canister has to live on: on the main network their subnet charges nothing. */
const UPKEEP_CYCLES = 1_000_000_000_000_000_000n

interface StoredMemory {
  readonly sizeBytes: number
  readonly chunks: ReadonlyMap<number, Uint8Array>
}

interface StoredSystemCanister {
  readonly name: SystemCanisterName
  readonly code: Omit<InstalledCode, 'heap' | 'stable'> & {readonly heap: StoredMemory; readonly stable: StoredMemory}
  readonly certifiedData: Uint8Array
}

export function encodeSystemCanisters(canisters: readonly CanisterState[]): Uint8Array {
  const names = new Map(Object.entries(SYSTEM_CANISTER_IDS).map(([name, id]) => [id, name as SystemCanisterName]))
  return encodeValue(
    canisters.map(({id, code, certifiedData}): StoredSystemCanister => {
      const {heap, stable, ...rest} = code!
      return {name: names.get(id)!, code: {...rest, heap: storedMemory(heap), stable: storedMemory(stable)}, certifiedData}
    }),
  )
}

/** The canisters as they are at the beginning of a network. Throws StateDamaged. */
export function decodeSystemCanisters(image: Uint8Array, timeNs: bigint): CanisterState[] {
  return (decodeValue(image) as unknown as readonly StoredSystemCanister[]).map(({name, code, certifiedData}) => {
    const canister = newSystemCanister(name, timeNs)
    canister.code = {...code, heap: loadedMemory(code.heap), stable: loadedMemory(code.stable)}
    canister.certifiedData = certifiedData
    canister.lastInstalledAtNs = timeNs
    return canister
  })
}

export function newSystemCanister(name: SystemCanisterName, timeNs: bigint): CanisterState {
  return newCanister({
    id: SYSTEM_CANISTER_IDS[name],
    timeNs,
    cycles: UPKEEP_CYCLES + (name === 'cycles-ledger' ? HALF_OF_ALL_CYCLES : 0n),
    settings: defaultSettings([ROOT_ID]),
    origin: {kind: 'canister', canisterId: ROOT_ID},
  })
}

function storedMemory(memory: PagedMemory): StoredMemory {
  const chunks = new Map<number, Uint8Array>()
  for (let index = 0; index * CHUNK_BYTES < memory.sizeBytes; index++) {
    const chunk = memory.findChunk(index)
    if (chunk?.some((byte) => byte !== 0)) chunks.set(index, chunk)
  }
  return {sizeBytes: memory.sizeBytes, chunks}
}

function loadedMemory({sizeBytes, chunks}: StoredMemory): PagedMemory {
  const memory = new PagedMemory()
  memory.growTo(sizeBytes)
  for (const [index, chunk] of chunks) memory.write(index * CHUNK_BYTES, chunk)
  return memory
}
