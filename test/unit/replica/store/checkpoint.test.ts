import assert from 'node:assert/strict'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {encodeUtf8, toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import type {EncodedCanister} from '../../../../src/replica/state/codec.js'
import {CHUNK_BYTES, PAGE_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {type CheckpointOptions, CheckpointStore} from '../../../../src/replica/store/checkpoint-store.js'
import {readHeights} from '../../../../src/replica/store/read-log.js'
import {ReplicaStore} from '../../../../src/replica/store/replica-store.js'
import {FaultyFs, seededRandom} from './faulty-fs.js'

const FOLDER = '/state/checkpoints'

/** Stands for a state: canisters with a heap, snapshots that are clones of it, and a module. */
interface Canister {
  heap: PagedMemory
  readonly snapshots: Map<string, PagedMemory>
  metadata: string
  wasm: Uint8Array
}

type State = Map<CanisterId, Canister>

function encode({heap, snapshots, metadata, wasm}: Canister): EncodedCanister {
  const memories = new Map([['heap', heap] as const, ...[...snapshots].map(([key, memory]) => [`${key}/heap`, memory] as const)])
  const sizes = [...memories].map(([name, memory]) => `${name}=${memory.sizeBytes}`)
  return {bytes: encodeUtf8([metadata, toHex(sha256(wasm)), ...sizes].join(';')), blobs: new Map([[toHex(sha256(wasm)), wasm]]), memories}
}

function load(store: CheckpointStore): State {
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
function digest(state: State): Record<string, string> {
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
function change(state: State, random: () => number): {touched: Set<CanisterId>; removed: Set<CanisterId>} {
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

const inputOf = (state: State, height: number, touched: Iterable<CanisterId>, removed: Iterable<CanisterId> = []) => ({
  height,
  canisters: new Map([...touched].map((id) => [id, encode(state.get(id)!)] as const)),
  removed,
  parts: new Map([['rest', encodeUtf8(`rest at ${height}`)]]),
})

const SMALL: CheckpointOptions = {compactFactor: 1, compactFromBytes: 20_000, maxOverlays: 4, keptCheckpoints: 1}

/** Checkpoints, crashes and reloads by a seed; after each crash the state must be that of a checkpoint, the last promised one or a later. */
async function survive(seed: number, faults: FaultyFs['faults'], options = SMALL): Promise<void> {
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

describe('CheckpointStore', function () {
  this.timeout(120_000)

  it('gives a state back, page by page, from a real disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'icicle-checkpoint-'))
    try {
      const random = seededRandom(5)
      const state: State = new Map()
      let store = await CheckpointStore.open(folder, SMALL)
      assert.equal(store.height, undefined)
      for (let height = 1; height <= 30; height++) {
        const {touched, removed} = change(state, random)
        await store.write(inputOf(state, height, touched, removed))
        if (height % 7 === 0) {
          store.close()
          store = await CheckpointStore.open(folder, SMALL)
          assert.deepEqual(digest(load(store)), digest(state))
          // What goes on is the loaded state.
          for (const [id, canister] of load(store)) state.set(id, canister)
        }
      }
      assert.ok(readdirSync(folder).length <= SMALL.maxOverlays! + 4, 'compacted')
      store.close()
    } finally {
      rmSync(folder, {recursive: true})
    }
  })

  it('writes only the pages that changed, and a blob once', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const store = await CheckpointStore.open(FOLDER, {fs})
    const wasm = new Uint8Array(100_000).fill(7)
    const heap = new PagedMemory(16 * CHUNK_BYTES)
    heap.write(0, new Uint8Array(16 * CHUNK_BYTES).fill(1))
    const state: State = new Map([['01' as CanisterId, {heap, snapshots: new Map(), metadata: 'm', wasm}]])
    await store.write(inputOf(state, 1, state.keys()))
    heap.write(5 * PAGE_BYTES + 10, Uint8Array.of(9))
    heap.write(100 * PAGE_BYTES - 1, Uint8Array.of(9, 9))
    await store.write(inputOf(state, 2, state.keys()))
    const size = fs.sizeOf(`${FOLDER}/000000000002-0.overlay`)
    assert.ok(size < 5 * PAGE_BYTES, `${size} bytes for three pages`)
  })

  it('returns to its caller before the first byte is written', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const store = await CheckpointStore.open(FOLDER, {fs})
    const heap = new PagedMemory(CHUNK_BYTES)
    heap.write(0, Uint8Array.of(1))
    const state: State = new Map([['01' as CanisterId, {heap, snapshots: new Map(), metadata: 'm', wasm: new Uint8Array(1)}]])
    const writing = store.write(inputOf(state, 1, state.keys()))
    heap.write(0, Uint8Array.of(2))
    assert.deepEqual([heap.listDirtyPages(), heap.read(0, 1)[0]], [[0], 2])
    await writing
    assert.equal(
      load(store)
        .get('01' as CanisterId)!
        .heap.read(0, 1)[0],
      1,
    )
  })

  it('has the last checkpoint or a later one after any power loss, and never another state', async () => {
    for (let seed = 0; seed < 30; seed++) await survive(seed, {shortWrites: 0.3})
  })

  it('goes on after a failed checkpoint without losing a page', async () => {
    for (let seed = 0; seed < 30; seed++) await survive(seed, seed % 2 ? {failSync: 1 + (seed % 5)} : {failWrite: 1 + (seed % 6)})
  })

  it('catches the planted bug: a sync that does nothing', async () => {
    const outcomes = await Promise.allSettled(Array.from({length: 20}, (_, seed) => survive(seed, {lyingSync: true})))
    assert.ok(outcomes.some(({status}) => status === 'rejected'))
  })

  it('never gives a wrong byte for a flipped bit: an error that names the file, or an older checkpoint', async () => {
    const random = seededRandom(77)
    let [refused, fellBack] = [0, 0]
    for (let round = 0; round < 150; round++) {
      const fs = new FaultyFs(random)
      const store = await CheckpointStore.open(FOLDER, {fs})
      const state: State = new Map()
      const digests: unknown[] = [{}]
      for (let height = 1; height <= 3; height++) {
        const {touched, removed} = change(state, random)
        await store.write(inputOf(state, height, touched, removed))
        digests.push(digest(state))
      }
      const names = await fs.list(FOLDER)
      const file = join(FOLDER, names[Math.floor(random() * names.length)]!)
      fs.flipBit(file, Math.floor(random() * fs.sizeOf(file) * 8))
      try {
        const opened = await CheckpointStore.open(FOLDER, {fs})
        assert.deepEqual(digest(load(opened)), digests[opened.height!])
        const {fallenBack} = opened
        assert.deepEqual([fallenBack?.fromHeight ?? 3, fallenBack?.toHeight ?? 3], [3, opened.height])
        if (fallenBack) fellBack++
      } catch (error) {
        assert.match((error as {code?: string}).code ?? String(error), /^STORE_(DAMAGED|VERSION_UNKNOWN)$/)
        assert.ok((error as Error).message.includes(file), (error as Error).message)
        refused++
      }
    }
    assert.ok(refused > 30 && fellBack > 5, `${refused} refused, ${fellBack} fell back`)
  })

  it('opens kept checkpoints without a change to the folder, and forgets the oldest', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const store = await CheckpointStore.open(FOLDER, {fs, ...SMALL, keptCheckpoints: 4})
    const state: State = new Map()
    const random = seededRandom(3)
    const digests: unknown[] = [{}]
    for (let height = 1; height <= 12; height++) {
      const {touched, removed} = change(state, random)
      await store.write(inputOf(state, height, touched, removed))
      digests.push(digest(state))
    }
    const kept = store.listKept().map(({height}) => height)
    assert.equal(kept.length, 4)
    assert.deepEqual([kept[0], kept.at(-1)], [1, 12])
    const names = await fs.list(FOLDER)
    for (const height of kept) assert.deepEqual(digest(load(await CheckpointStore.openAt(FOLDER, height, {fs}))), digests[height])
    assert.deepEqual(await fs.list(FOLDER), names)
    await assert.rejects(CheckpointStore.openAt(FOLDER, 13, {fs}), {code: 'STORE_DAMAGED'})
    await store.forgetBelow(kept[2]!)
    assert.deepEqual(
      store.listKept().map(({height}) => height),
      kept.slice(2),
    )
    for (const height of kept.slice(2)) await CheckpointStore.openAt(FOLDER, height, {fs})
    assert.ok((await fs.list(FOLDER)).length < names.length)
  })

  it('refuses an overlay that is missing or cut short', async () => {
    for (const harm of ['remove', 'truncate'] as const) {
      const fs = new FaultyFs(seededRandom(1))
      const store = await CheckpointStore.open(FOLDER, {fs})
      const state: State = new Map()
      await store.write(inputOf(state, 1, change(state, seededRandom(2)).touched))
      const file = `${FOLDER}/000000000001-0.overlay`
      if (harm === 'remove') await fs.remove(file)
      else await (await fs.openForWriting(file)).truncate(fs.sizeOf(file) - 1)
      await assert.rejects(CheckpointStore.open(FOLDER, {fs}), {code: 'STORE_DAMAGED', file})
    }
  })
})

describe('ReplicaStore', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'icicle-store-'))
  })
  afterEach(() => rmSync(folder, {recursive: true}))

  const open = (): Promise<ReplicaStore> => ReplicaStore.open(folder, {programVersion: '1.2.3'})
  const aBatch = (height: number) => ({height, block: Uint8Array.of(height), randomness: new Uint8Array(32)})

  it('gives the heights above the last checkpoint, with their roots and what replays noted', async () => {
    let store = await open()
    for (let height = 1; height <= 4; height++) await store.log.appendBatch(aBatch(height))
    await store.log.appendRoot({height: 3, rootHash: Uint8Array.of(3), signature: Uint8Array.of(4)})
    await store.writeCheckpoint({height: 2, canisters: new Map(), removed: [], parts: new Map()})
    await store.log.appendBatch(aBatch(5))
    await store.log.appendAttempt(5)
    await store.log.appendQuarantine(5, ['ab'])
    await assert.rejects(open(), {code: 'STORE_IN_USE'})
    await store.close()
    store = await open()
    const tail = []
    for await (const {height, root, attempts, quarantined, programVersion} of store.readTail())
      tail.push([height, root?.rootHash[0], attempts, quarantined, programVersion])
    assert.deepEqual(tail, [
      [3, 3, 0, [], '1.2.3'],
      [4, undefined, 0, [], '1.2.3'],
      [5, undefined, 1, ['ab'], '1.2.3'],
    ])
    await store.close()
  })

  it('archives the log behind a checkpoint', async () => {
    const store = await open()
    for (let height = 1; height <= 4; height++) {
      await store.log.appendBatch(aBatch(height))
      await store.writeCheckpoint({height, canisters: new Map(), removed: [], parts: new Map()})
    }
    await store.log.appendBatch(aBatch(5))
    await store.writeCheckpoint({height: 4, canisters: new Map(), removed: [], parts: new Map()})
    assert.equal(readdirSync(join(folder, 'log')).filter((name) => name.endsWith('.log')).length, 1)
    const heights = async (above: number) => {
      const found = []
      for await (const {height} of readHeights(join(folder, 'log'), above)) found.push(height)
      return found
    }
    assert.deepEqual(
      [await heights(0), await heights(3)],
      [
        [1, 2, 3, 4, 5],
        [4, 5],
      ],
    )
    await store.log.forgetUpTo(2)
    assert.deepEqual(await heights(2), [3, 4, 5])
    await assert.rejects(heights(1), {code: 'STORE_DAMAGED'})
    await store.close()
  })

  it('refuses a log that does not reach down to the checkpoint', async () => {
    let store = await open()
    await store.log.appendBatch(aBatch(2))
    await store.close()
    store = await open()
    await assert.rejects(
      async () => {
        for await (const _ of store.readTail());
      },
      {code: 'STORE_DAMAGED'},
    )
    await store.close()
  })
})
