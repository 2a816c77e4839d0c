/** Logs that live through power losses and failing disks. */

import assert from 'node:assert/strict'
import {Log} from '../../../../src/replica/store/log.js'
import type {LogRecord} from '../../../../src/replica/store/log-record.js'
import {type Faults, FaultyFs, seededRandom} from './faulty-fs.js'

export const FOLDER = '/state/log'
export const aBatch = (height: number, sizeBytes = 40): LogRecord => ({
  kind: 'batch',
  height,
  block: new Uint8Array(sizeBytes).fill(height),
  randomness: new Uint8Array(32).fill(7),
  programVersion: '0.1.0',
})
export const aRoot = (height: number): LogRecord => ({
  kind: 'root',
  height,
  rootHash: new Uint8Array(32).fill(height),
  signature: new Uint8Array(48).fill(3),
})
export const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? [...part] : part)))

export async function readAll(log: Log): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const record of log.read()) records.push(record)
  return records
}

/** Appends groups of records at random, loses power at some point, opens again; twice. Checks that nothing promised is lost or changed. */
export async function survive(seed: number, faults: Faults): Promise<void> {
  const random = seededRandom(seed)
  let fs = new FaultyFs(random)
  let expected: LogRecord[] = []
  for (let life = 0; life < 3; life++) {
    const log = await Log.open(FOLDER, {fs, segmentBytes: 600})
    const found = await readAll(log)
    assert.deepEqual(plain(found.slice(0, expected.length)), plain(expected), `seed ${seed}: a synced record is lost`)
    const written = [...found]
    let promised = found.length
    fs.faults = life < 2 ? faults : {}
    for (let height = found.length + 1, end = height + Math.floor(random() * 12); height < end; height++) {
      const record = random() < 0.7 ? aBatch(height, Math.floor(random() * 300)) : aRoot(height)
      written.push(record)
      const done = log.append(record).then(
        () => {
          promised = Math.max(promised, height)
        },
        () => undefined,
      )
      if (random() < 0.5) await done
    }
    if (life === 1 && random() < 0.3) await log.close()
    expected = written.slice(0, promised)
    fs = fs.afterPowerLoss()
    const after = await readAll(await Log.open(FOLDER, {fs}))
    assert.deepEqual(plain(after), plain(written.slice(0, after.length)), `seed ${seed}: a record that was never appended`)
  }
}
