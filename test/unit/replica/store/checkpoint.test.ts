import assert from 'node:assert/strict'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {CHUNK_BYTES, PAGE_BYTES, PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {CheckpointStore} from '../../../../src/replica/store/checkpoint-store.js'
import {readHeights} from '../../../../src/replica/store/read-log.js'
import {ReplicaStore} from '../../../../src/replica/store/replica-store.js'
import {change, digest, FOLDER, inputOf, load, SMALL, type State, survive} from './checkpoint-lives.js'
import {FaultyFs, seededRandom} from './faulty-fs.js'

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

  it('begins from genesis when an overlay that all checkpoints need is missing or cut short', async () => {
    for (const harm of ['remove', 'truncate'] as const) {
      const fs = new FaultyFs(seededRandom(1))
      const store = await CheckpointStore.open(FOLDER, {fs})
      const state: State = new Map()
      await store.write(inputOf(state, 1, change(state, seededRandom(2)).touched))
      const file = `${FOLDER}/000000000001-0.overlay`
      if (harm === 'remove') await fs.remove(file)
      else await (await fs.openForWriting(file)).truncate(fs.sizeOf(file) - 1)
      const opened = await CheckpointStore.open(FOLDER, {fs})
      const {damage, fromHeight, toHeight} = opened.fallenBack!
      assert.deepEqual([damage.file, fromHeight, toHeight, opened.height], [file, 1, 0, undefined])
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
