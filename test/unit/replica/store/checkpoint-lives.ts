/** Checkpoints that live through power losses and failing disks. */

import assert from 'node:assert/strict'
import {encodeUtf8, toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import type {EncodedCanister} from '../../../../src/replica/state/codec.js'
import {CHUNK_BYTES, PAGE_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {type CheckpointOptions, CheckpointStore} from '../../../../src/replica/store/checkpoint-store.js'
import {FaultyFs, seededRandom} from './faulty-fs.js'

export const FOLDER = '/state/checkpoints'

/** Stands for a state: canisters with a heap, snapshots that are clones of it, and a module. */
interface Canister {
  heap: PagedMemory
  readonly snapshots: Map<string, PagedMemory>
  metadata: string
  wasm: Uint8Array
}

export type State = Map<CanisterId, Canister>

export function encode({heap, snapshots, metadata, wasm}: Canister): EncodedCanister {
  const memories = new Map([['heap', heap] as const, ...[...snapshots].map(([key, memory]) => [`${key}/heap`, memory] as const)])
  const sizes = [...memories].map(([name, memory]) => `${name}=${memory.sizeBytes}`)
  return {bytes: encodeUtf8([metadata, toHex(sha256(wasm)), ...sizes].join(';')), blobs: new Map([[toHex(sha256(wasm)), wasm]]), memories}
}

export function load(store: CheckpointStore): State {
  const state: State = new Map()
  for (const id of store.listCanisters()) {
    const {bytes, source} = store.loadCanister(id)
    const [metadata, hash, ...sizes] = Buffer.from(bytes).toString().split(';')
    const memories = new Map(
      sizes.map((entry) => {
        const [name, size] = entry.split('=')
        return [name!, source.loadMemory(name!, Number(size))] as const
      }),
    )
    const heap = memories.get('heap')!
    memories.delete('heap')
    const snapshots = new Map([...memories].map(([name, memory]) => [name.split('/')[0]!, memory]))
    state.set(id, {heap, snapshots, metadata: metadata!, wasm: source.loadBlob(hash!)})
  }
  return state
}

/** All bytes of a state, as one digest for each canister. */
export function digest(state: State): Record<string, string> {
  const digestOf = (memory: PagedMemory): string => toHex(sha256(memory.read(0, memory.sizeBytes))).slice(0, 16)
  return Object.fromEntries(
    [...state]
      .sort()
      .map(([id, {heap, snapshots, metadata, wasm}]) => [
        id,
        [
          metadata,
          wasm.length,
          heap.sizeBytes,
          digestOf(heap),
          ...[...snapshots].sort().map(([key, memory]) => `${key}:${digestOf(memory)}`),
        ].join(' '),
      ]),
  )
}

/** Changes a few canisters as executions, installs, snapshots and deletions would. Returns what was touched and removed. */
export function change(state: State, random: () => number): {touched: Set<CanisterId>; removed: Set<CanisterId>} {
  const touched = new Set<CanisterId>()
  const removed = new Set<CanisterId>()
  const below = (limit: number): number => Math.floor(random() * limit)
  for (let count = 1 + below(4); count > 0; count--) {
    const id = `0${below(5)}` as CanisterId
    const canister = state.get(id)
    touched.add(id)
    removed.delete(id)
    const dice = random()
    if (!canister || dice < 0.1) {
      const heap = new PagedMemory(CHUNK_BYTES * (1 + below(3)))
      state.set(id, {
        heap,
        snapshots: canister?.snapshots ?? new Map(),
        metadata: `new ${dice}`,
        wasm: new Uint8Array(10 + below(3)).fill(1),
      })
    } else if (dice < 0.18) {
      state.delete(id)
      touched.delete(id)
      removed.add(id)
      continue
    } else if (dice < 0.34) canister.snapshots.set(`s${below(2)}`, canister.heap.clone())
    else if (dice < 0.5 && canister.snapshots.size > 0) canister.heap = [...canister.snapshots.values()][0]!.clone()
    else if (dice < 0.6) canister.heap.growTo(canister.heap.sizeBytes + CHUNK_BYTES)
    const {heap} = state.get(id)!
    for (let writes = below(4); writes > 0; writes--)
      heap.write(below(heap.sizeBytes - 3 * PAGE_BYTES), new Uint8Array(below(3 * PAGE_BYTES)).fill(below(256)))
  }
  return {touched, removed}
}

export const inputOf = (state: State, height: number, touched: Iterable<CanisterId>, removed: Iterable<CanisterId> = []) => ({
  height,
  canisters: new Map([...touched].map((id) => [id, encode(state.get(id)!)] as const)),
  removed,
  parts: new Map([['rest', encodeUtf8(`rest at ${height}`)]]),
})

export const SMALL: CheckpointOptions = {compactFactor: 1, compactFromBytes: 20_000, maxOverlays: 4, keptCheckpoints: 1}

/** Checkpoints, crashes and reloads by a seed; after each crash the state must be that of a checkpoint, the last promised one or a later. */
export async function survive(seed: number, faults: FaultyFs['faults'], options = SMALL): Promise<void> {
  const random = seededRandom(seed)
  let fs = new FaultyFs(random)
  const expected = new Map<number, Record<string, string>>()
  let [state, height, promised] = [new Map() as State, 0, 0]
  let store = await CheckpointStore.open(FOLDER, {fs, ...options})
  for (let turn = 0; turn < 12; turn++) {
    const unwritten = {touched: new Set<CanisterId>(), removed: new Set<CanisterId>()}
    fs.faults = turn % 4 === 3 ? faults : {shortWrites: 0.2, ...(faults.lyingSync && {lyingSync: true})}
    for (let checkpoints = 1 + Math.floor(random() * 3); checkpoints > 0; checkpoints--) {
      const {touched, removed} = change(state, random)
      for (const id of touched) unwritten.touched.add(id)
      for (const id of removed) unwritten.touched.delete(id)
      for (const id of removed) unwritten.removed.add(id)
      height++
      expected.set(height, digest(state))
      const writing = store.write(inputOf(state, height, unwritten.touched, unwritten.removed))
      // Execution goes on while the checkpoint is written.
      const meanwhile = change(state, random)
      const isWritten = await writing.then(
        () => true,
        (error: {code?: string}) => assert.equal(error.code, 'STORE_UNWRITABLE'),
      )
      if (isWritten) {
        promised = height
        unwritten.touched.clear()
        unwritten.removed.clear()
      }
      for (const id of meanwhile.touched) unwritten.touched.add(id)
      for (const id of meanwhile.removed) {
        unwritten.touched.delete(id)
        unwritten.removed.add(id)
      }
    }
    store.close()
    fs = fs.afterPowerLoss()
    store = await CheckpointStore.open(FOLDER, {fs, ...options})
    const found = store.height ?? 0
    assert.ok(found >= promised, `seed ${seed}: checkpoint ${promised} is lost, ${found} is there`)
    state = load(store)
    assert.deepEqual(digest(state), expected.get(found) ?? {}, `seed ${seed}: another state at ${found}`)
    if (found > 0) assert.equal(Buffer.from(store.loadPart('rest')!).toString(), `rest at ${found}`)
    height = promised = found
  }
}
