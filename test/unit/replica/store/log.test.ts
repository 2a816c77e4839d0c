import assert from 'node:assert/strict'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Log} from '../../../../src/replica/store/log.js'
import type {LogRecord} from '../../../../src/replica/store/log-record.js'
import {segmentName} from '../../../../src/replica/store/segment.js'
import {FaultyFs, seededRandom} from './faulty-fs.js'
import {aBatch, aRoot, FOLDER, plain, readAll, survive} from './log-lives.js'

describe('Log', () => {
  it('gives back every kind of record in order, over segments', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'icicle-log-'))
    try {
      const records: LogRecord[] = [
        aBatch(1),
        aRoot(1),
        {kind: 'attempt', height: 2},
        {kind: 'quarantine', height: 2, subjects: ['ab', 'cd']},
        aBatch(2, 5000),
      ]
      const log = await Log.open(folder, {segmentBytes: 100})
      for (const record of records) await log.append(record)
      assert.deepEqual(plain(await readAll(log)), plain(records))
      await log.close()
      const again = await Log.open(folder)
      assert.deepEqual(plain(await readAll(again)), plain(records))
      assert.equal(again.tornTail, undefined)
      await again.close()
    } finally {
      rmSync(folder, {recursive: true})
    }
  })

  it('syncs once for all that is appended while a sync runs', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const log = await Log.open(FOLDER, {fs})
    const before = fs.syncs
    await Promise.all(Array.from({length: 50}, (_, height) => log.append(aBatch(height))))
    assert.equal(fs.syncs - before, 1)
  })

  it('cuts a torn tail and says how much', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const log = await Log.open(FOLDER, {fs})
    await log.append(aBatch(1))
    await log.append(aBatch(2))
    const file = join(FOLDER, segmentName(0))
    fs.flipBit(file, fs.sizeOf(file) * 8 - 1)
    const again = await Log.open(FOLDER, {fs})
    assert.deepEqual(plain(await readAll(again)), plain([aBatch(1)]))
    assert.deepEqual(again.tornTail, {file, bytesCut: (fs.sizeOf(file) - 32) / 1})
    await again.append(aBatch(2))
    assert.deepEqual(plain(await readAll(await Log.open(FOLDER, {fs}))), plain([aBatch(1), aBatch(2)]))
  })

  it('loses, changes and invents nothing that was promised, whatever a power loss leaves', async () => {
    for (let seed = 0; seed < 400; seed++) await survive(seed, {shortWrites: 0.3})
  })

  it('keeps its promises when syncs or writes fail', async () => {
    for (let seed = 0; seed < 200; seed++) await survive(seed, seed % 2 ? {failSync: 1 + (seed % 7)} : {failWrite: 1 + (seed % 9)})
  })

  it('catches the planted bug: a sync that does nothing', async () => {
    const outcomes = await Promise.allSettled(Array.from({length: 40}, (_, seed) => survive(seed, {lyingSync: true})))
    assert.ok(outcomes.some(({status}) => status === 'rejected'))
  })

  it('never gives a wrong record for a flipped bit: an error that names the file, or a cut tail', async () => {
    const random = seededRandom(99)
    for (let round = 0; round < 300; round++) {
      const fs = new FaultyFs(random)
      const log = await Log.open(FOLDER, {fs, segmentBytes: 200})
      const records = Array.from({length: 6}, (_, index) => (index % 3 ? aBatch(index) : aRoot(index)))
      for (const record of records) await log.append(record)
      await log.close()
      const names = await fs.list(FOLDER)
      const file = join(FOLDER, names[Math.floor(random() * names.length)]!)
      fs.flipBit(file, Math.floor(random() * fs.sizeOf(file) * 8))
      try {
        const found = await readAll(await Log.open(FOLDER, {fs}))
        assert.deepEqual(plain(found), plain(records.slice(0, found.length)))
        assert.ok(found.length >= 5, 'only the last group may be cut')
      } catch (error) {
        assert.match((error as {code?: string}).code ?? String(error), /^STORE_(DAMAGED|VERSION_UNKNOWN)$/)
        assert.ok((error as Error).message.includes(file))
      }
    }
  })

  it('refuses a missing segment', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const log = await Log.open(FOLDER, {fs, segmentBytes: 50})
    for (let height = 1; height < 5; height++) await log.append(aBatch(height))
    await fs.remove(join(FOLDER, segmentName(1)))
    await assert.rejects(Log.open(FOLDER, {fs}), {code: 'STORE_DAMAGED'})
  })

  it('refuses another format version', async () => {
    const fs = new FaultyFs(seededRandom(1))
    await (await Log.open(FOLDER, {fs})).append(aBatch(1))
    const file = join(FOLDER, segmentName(0))
    const bytes = (await fs.readFile(file))!
    bytes[7] = 9
    const {createHash} = await import('node:crypto')
    bytes.set(createHash('sha256').update(bytes.subarray(0, 24)).digest().subarray(0, 8), 24)
    await (await fs.openForWriting(file)).write(bytes, 0)
    await assert.rejects(Log.open(FOLDER, {fs}), {code: 'STORE_VERSION_UNKNOWN', version: 9})
  })

  it('reports a full disk, and takes nothing more', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const log = await Log.open(FOLDER, {fs})
    fs.faults = {failWrite: 1}
    await assert.rejects(log.append(aBatch(1)), {
      code: 'STORE_UNWRITABLE',
      message: `'${join(FOLDER, segmentName(0))}' cannot be written: the disk is full.`,
    })
    await assert.rejects(log.append(aBatch(2)), {code: 'STORE_UNWRITABLE'})
    await log.close()
  })

  it('drops segments behind a height, and keeps those that reach beyond it', async () => {
    const fs = new FaultyFs(seededRandom(1))
    const log = await Log.open(FOLDER, {fs})
    await log.append(aBatch(1))
    await log.append(aBatch(2))
    log.startSegment()
    await log.append(aBatch(3))
    await log.archiveUpTo(1)
    assert.equal((await readAll(log)).length, 3)
    await log.archiveUpTo(2)
    assert.deepEqual(plain(await readAll(log)), plain([aBatch(3)]))
    assert.deepEqual(plain(await readAll(await Log.open(FOLDER, {fs}))), plain([aBatch(3)]))
  })
})
