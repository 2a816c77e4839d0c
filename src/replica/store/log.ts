/**
 * The write-ahead log: records in append-only segment files, synced in groups.
 *
 * `append` returns at once with a promise that resolves when the record is on disk. What is appended while a sync runs goes with the
 * next one: one `fdatasync` for all of it. After a failed write or sync nothing more is taken: what the disk holds is then unknown.
 */

import {join} from 'node:path'
import {concatBytes} from '../../base/bytes.js'
import {invariant} from '../../base/invariant.js'
import {StoreDamaged, StoreUnreadable, StoreUnwritable} from './errors.js'
import {archiveSegment} from './log-archive.js'
import {encodeRecord, type LogRecord} from './log-record.js'
import {encodeSegmentHeader, findSegmentNumber, frameRecord, SEGMENT_HEADER_BYTES, scanSegment, segmentName} from './segment.js'
import {nodeFs, type StoreFs, type WritableFile, writeFully} from './store-fs.js'

export interface LogOptions {
  readonly fs?: StoreFs
  /** A new segment begins when the current one has grown beyond this. */
  readonly segmentBytes?: number
}

/** A tail that was being written when the process or the machine stopped. Nobody had been told of it. */
export interface TornTail {
  readonly file: string
  readonly bytesCut: number
}

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024

interface Segment {
  readonly number: number
  sizeBytes: number
  /** Of its batches and of what else speaks of a height. */
  maxHeight: number
}

interface Pending {
  readonly record: LogRecord
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Log {
  readonly tornTail: TornTail | undefined
  readonly #folder: string
  readonly #fs: StoreFs
  readonly #segmentBytes: number
  readonly #segments: Segment[]
  #file: WritableFile
  #nextSequence: number
  #pending: Pending[] = []
  #work: Promise<void> = Promise.resolve()
  #isScheduled = false
  #isClosed = false
  #rotationWanted = false
  #failure: StoreUnwritable | undefined

  private constructor(parts: OpenedLog, options: Required<LogOptions>) {
    this.#folder = parts.folder
    this.#fs = options.fs
    this.#segmentBytes = options.segmentBytes
    this.#segments = parts.segments
    this.#file = parts.file
    this.#nextSequence = parts.nextSequence
    this.tornTail = parts.tornTail
  }

  /** Opens the log in `folder`, made if missing, and cuts a torn tail. Throws StoreDamaged, StoreVersionUnknown, StoreUnwritable, StoreUnreadable. */
  static async open(folder: string, {fs = nodeFs, segmentBytes = DEFAULT_SEGMENT_BYTES}: LogOptions = {}): Promise<Log> {
    return new Log(await openLog(folder, fs), {fs, segmentBytes})
  }

  /** Resolves when the record, and all before it, are on disk. Rejects with StoreUnwritable. */
  append(record: LogRecord): Promise<void> {
    invariant(!this.#isClosed, 'append to a closed log')
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#pending.push({record, resolve, reject})
      this.#schedule()
    })
  }

  /** The highest height that a record speaks of; 0 for none. */
  get maxHeight(): number {
    return Math.max(...this.#segments.map((segment) => segment.maxHeight))
  }

  /** Every record, oldest first, as it was when the reading of its segment began. */
  async *read(): AsyncGenerator<LogRecord> {
    await this.#work
    for (const {number, sizeBytes} of [...this.#segments]) {
      const file = join(this.#folder, segmentName(number))
      const bytes = await readWhole(this.#fs, file)
      yield* scanSegment(file, bytes.subarray(0, sizeBytes), {number, firstSequence: undefined}).records
    }
  }

  /** Later records go to a new segment, so that `archiveUpTo` can move this one. */
  startSegment(): void {
    this.#rotationWanted = true
  }

  /** Archives the oldest segments as long as they speak only of heights up to `height`; the current one stays. Throws StoreUnwritable. */
  async archiveUpTo(height: number): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[0]!.maxHeight <= height)
      await archiveSegment(this.#fs, this.#folder, this.#segments.shift()!)
  }

  /** Writes what is pending and closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true
    while (this.#isScheduled) await this.#work
    if (!this.#failure) await this.#file.close()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#work = this.#writeGroups()
  }

  async #writeGroups(): Promise<void> {
    // Records of the same turn of the event loop form one group.
    await undefined
    while (this.#pending.length > 0) {
      const group = this.#pending
      this.#pending = []
      try {
        await this.#writeGroup(group.map(({record}) => record))
        for (const {resolve} of group) resolve()
      } catch (cause) {
        this.#fail(cause, group)
      }
    }
    this.#isScheduled = false
  }

  async #writeGroup(records: readonly LogRecord[]): Promise<void> {
    const current = this.#segments.at(-1)!
    const isFull = current.sizeBytes > this.#segmentBytes || this.#rotationWanted
    const segment = isFull && current.sizeBytes > SEGMENT_HEADER_BYTES ? await this.#addSegment(current.number + 1) : current
    this.#rotationWanted = false
    const frames = records.map((record, index) => frameRecord(encodeRecord(record), this.#nextSequence + index, index === 0))
    const bytes = concatBytes(...frames)
    await writeFully(this.#file, bytes, segment.sizeBytes)
    await this.#file.sync()
    segment.sizeBytes += bytes.length
    for (const {height} of records) segment.maxHeight = Math.max(segment.maxHeight, height)
    this.#nextSequence += records.length
  }

  async #addSegment(number: number): Promise<Segment> {
    await this.#file.close()
    this.#file = await createSegment(this.#fs, this.#folder, {number, firstSequence: this.#nextSequence})
    const segment = {number, sizeBytes: SEGMENT_HEADER_BYTES, maxHeight: 0}
    this.#segments.push(segment)
    return segment
  }

  #fail(cause: unknown, group: readonly Pending[]): void {
    this.#failure = new StoreUnwritable(join(this.#folder, segmentName(this.#segments.at(-1)!.number)), cause)
    for (const {reject} of [...group, ...this.#pending]) reject(this.#failure)
    this.#pending = []
  }
}

interface OpenedLog {
  readonly folder: string
  readonly segments: Segment[]
  readonly file: WritableFile
  readonly nextSequence: number
  readonly tornTail: TornTail | undefined
}

async function openLog(folder: string, fs: StoreFs): Promise<OpenedLog> {
  const numbers = await listSegments(fs, folder)
  const segments: Segment[] = []
  let firstSequence: number | undefined
  let tornTail: TornTail | undefined
  for (const [index, number] of numbers.entries()) {
    const file = join(folder, segmentName(number))
    if (index > 0 && number !== numbers[index - 1]! + 1) throw new StoreDamaged(join(folder, segmentName(number - 1)), 'is missing')
    const bytes = await readWhole(fs, file)
    const scan = scanSegment(file, bytes, {number, firstSequence})
    if (scan.soundBytes < bytes.length || scan.soundBytes === 0) {
      if (index < numbers.length - 1) throw new StoreDamaged(file, `is broken at byte ${scan.soundBytes}, and not the last one`)
      tornTail = {file, bytesCut: bytes.length - scan.soundBytes}
    }
    firstSequence = scan.nextSequence
    segments.push({number, sizeBytes: scan.soundBytes, maxHeight: Math.max(0, ...scan.records.map(({height}) => height))})
  }
  return finishOpening({folder, fs, segments, nextSequence: firstSequence ?? 0, tornTail})
}

/** Makes the last segment one that can be appended to. */
async function finishOpening(parts: Omit<OpenedLog, 'file'> & {readonly fs: StoreFs}): Promise<OpenedLog> {
  const {folder, fs, segments, nextSequence, tornTail} = parts
  const last = segments.at(-1) ?? {number: 0, sizeBytes: 0, maxHeight: 0}
  if (segments.length === 0) segments.push(last)
  const path = join(folder, segmentName(last.number))
  try {
    if (last.sizeBytes === 0) {
      last.sizeBytes = SEGMENT_HEADER_BYTES
      const file = await createSegment(fs, folder, {number: last.number, firstSequence: nextSequence})
      return {folder, segments, nextSequence, file, tornTail: tornTail?.bytesCut ? tornTail : undefined}
    }
    const file = await fs.openForWriting(path)
    if (tornTail) await file.truncate(last.sizeBytes)
    // What was found may lie in the system's cache only; the next group claims that it is on disk.
    await file.sync()
    return {folder, segments, nextSequence, file, tornTail}
  } catch (cause) {
    throw new StoreUnwritable(path, cause)
  }
}

async function listSegments(fs: StoreFs, folder: string): Promise<number[]> {
  try {
    await fs.makeFolder(folder)
    const names = await fs.list(folder)
    return names
      .map(findSegmentNumber)
      .filter((number) => number !== undefined)
      .sort((a, b) => a - b)
  } catch (cause) {
    throw new StoreUnwritable(folder, cause)
  }
}

/** A file with a header, both durable before the first record is. */
async function createSegment(fs: StoreFs, folder: string, header: {number: number; firstSequence: number}): Promise<WritableFile> {
  const file = await fs.openForWriting(join(folder, segmentName(header.number)))
  await file.truncate(0)
  await writeFully(file, encodeSegmentHeader(header), 0)
  await file.sync()
  await fs.syncFolder(folder)
  return file
}

async function readWhole(fs: StoreFs, file: string): Promise<Uint8Array> {
  try {
    const bytes = await fs.readFile(file)
    if (bytes) return bytes
  } catch (cause) {
    throw new StoreUnreadable(file, cause)
  }
  throw new StoreDamaged(file, 'is missing')
}
