/** Reads a log height by height, from the archive into the segments that are still written: changes nothing, so that a replay may read beside a node. */

import {join} from 'node:path'
import {StoreDamaged, StoreUnreadable} from './errors.js'
import {listArchive} from './log-archive.js'
import type {LogRecord} from './log-record.js'
import {findSegmentNumber, scanSegment, segmentName} from './segment.js'
import {nodeFs, type StoreFs} from './store-fs.js'

/** All that is known of one height. */
export interface LoggedHeight {
  readonly height: number
  readonly block: Uint8Array
  readonly randomness: Uint8Array
  /** Of the icicle that executed it first. */
  readonly programVersion: string
  /** What the state was certified to be; undefined when the process stopped before. */
  readonly root: {readonly rootHash: Uint8Array; readonly signature: Uint8Array} | undefined
  /** How many replays have begun and not come to its end: the process may have died of it. */
  readonly attempts: number
  /** Not to be executed. */
  readonly quarantined: readonly string[]
}

type Batch = Extract<LogRecord, {kind: 'batch'}>

/** The heights above `aboveHeight` in order, without a gap. Throws StoreDamaged, StoreUnreadable. */
export async function* readHeights(folder: string, aboveHeight: number, fs: StoreFs = nodeFs): AsyncGenerator<LoggedHeight> {
  const notes = new Map<number, LogRecord[]>()
  for await (const record of readRecords(folder, aboveHeight, fs)) {
    if (record.kind === 'batch' || record.kind === 'artifact' || record.height <= aboveHeight) continue
    const known = notes.get(record.height)
    if (known) known.push(record)
    else notes.set(record.height, [record])
  }
  let expected = aboveHeight + 1
  for await (const record of readRecords(folder, aboveHeight, fs)) {
    if (record.kind !== 'batch' || record.height < expected) continue
    if (record.height > expected) throw new StoreDamaged(folder, `lacks the batch of height ${expected}`)
    yield joinNotes(record, notes.get(record.height) ?? [])
    expected++
  }
}

/** The lowest height whose batch is there; undefined for an empty log. */
export async function findOldestHeight(folder: string, fs: StoreFs = nodeFs): Promise<number | undefined> {
  for await (const record of readRecords(folder, 0, fs)) if (record.kind === 'batch') return record.height
  return undefined
}

/** Records of segments that speak of a height above `aboveHeight`, oldest first. */
async function* readRecords(folder: string, aboveHeight: number, fs: StoreFs): AsyncGenerator<LogRecord> {
  for (const {path, number, maxHeight} of await listArchive(fs, folder))
    if (maxHeight > aboveHeight) yield* scanSegment(path, await readFile(fs, path), {number, firstSequence: undefined}).records
  for (const number of await listSegments(fs, folder)) {
    const path = join(folder, segmentName(number))
    yield* scanSegment(path, await readFile(fs, path), {number, firstSequence: undefined}).records
  }
}

/** Numbers of the segments that are not archived, ascending. */
async function listSegments(fs: StoreFs, folder: string): Promise<number[]> {
  const names = await fs.list(folder).catch((cause: unknown) => {
    throw new StoreUnreadable(folder, cause)
  })
  return names
    .map(findSegmentNumber)
    .filter((number) => number !== undefined)
    .sort((a, b) => a - b)
}

async function readFile(fs: StoreFs, path: string): Promise<Uint8Array> {
  const bytes = await fs.readFile(path).catch((cause: unknown) => {
    throw new StoreUnreadable(path, cause)
  })
  if (!bytes) throw new StoreDamaged(path, 'is missing')
  return bytes
}

function joinNotes({height, block, randomness, programVersion}: Batch, notes: readonly LogRecord[]): LoggedHeight {
  const root = notes.findLast((note) => note.kind === 'root')
  return {
    height,
    block,
    randomness,
    programVersion,
    root: root && {rootHash: root.rootHash, signature: root.signature},
    attempts: notes.filter(({kind}) => kind === 'attempt').length,
    quarantined: notes.flatMap((note) => (note.kind === 'quarantine' ? note.subjects : [])),
  }
}
