/** The log as replay sees it: height by height above the last checkpoint. */

import {StoreDamaged} from './errors.js'
import {Log, type LogOptions, type TornTail} from './log.js'
import type {LogRecord} from './log-record.js'

export interface BatchLogOptions extends LogOptions {
  /** Of the icicle that appends: part of every batch. */
  readonly programVersion: string
  /** Of the last checkpoint, 0 for none: the log goes on above it. */
  readonly checkpointHeight: number
}

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

export class BatchLog {
  readonly #log: Log
  readonly #folder: string
  readonly #programVersion: string
  readonly #checkpointHeight: number

  private constructor(log: Log, folder: string, {programVersion, checkpointHeight}: BatchLogOptions) {
    this.#log = log
    this.#folder = folder
    this.#programVersion = programVersion
    this.#checkpointHeight = checkpointHeight
  }

  /** Errors: those of `Log.open`. */
  static async open(folder: string, options: BatchLogOptions): Promise<BatchLog> {
    return new BatchLog(await Log.open(folder, options), folder, options)
  }

  get tornTail(): TornTail | undefined {
    return this.#log.tornTail
  }

  /** The heights above the checkpoint in order. Throws StoreDamaged when one is missing. */
  async *readTail(): AsyncGenerator<LoggedHeight> {
    const notes = await this.#readNotes()
    let expected = this.#checkpointHeight + 1
    for await (const record of this.#log.read()) {
      if (record.kind !== 'batch' || record.height < expected) continue
      if (record.height > expected) throw new StoreDamaged(this.#folder, `lacks the batch of height ${expected}`)
      yield joinNotes(record, notes.get(record.height) ?? [])
      expected++
    }
  }

  /** Resolves when the batch is on disk: from then on its effects may be shown. Rejects with StoreUnwritable. */
  appendBatch(batch: {readonly height: number; readonly block: Uint8Array; readonly randomness: Uint8Array}): Promise<void> {
    return this.#log.append({kind: 'batch', programVersion: this.#programVersion, ...batch})
  }

  appendRoot(root: {readonly height: number; readonly rootHash: Uint8Array; readonly signature: Uint8Array}): Promise<void> {
    return this.#log.append({kind: 'root', height: root.height, rootHash: root.rootHash, signature: root.signature})
  }

  /** To be awaited before a height without a root is executed again. */
  appendAttempt(height: number): Promise<void> {
    return this.#log.append({kind: 'attempt', height})
  }

  appendQuarantine(height: number, subjects: readonly string[]): Promise<void> {
    return this.#log.append({kind: 'quarantine', height, subjects})
  }

  /** With several nodes: resolves when this node may send what it signed. */
  appendArtifact(height: number, artifact: Uint8Array): Promise<void> {
    return this.#log.append({kind: 'artifact', height, artifact})
  }

  /** What this node signed for heights above `height`. */
  async readArtifactsAbove(height: number): Promise<Uint8Array[]> {
    const artifacts: Uint8Array[] = []
    for await (const record of this.#log.read()) if (record.kind === 'artifact' && record.height > height) artifacts.push(record.artifact)
    return artifacts
  }

  /** A checkpoint is being taken: what comes now goes into another file. */
  startSegment(): void {
    this.#log.startSegment()
  }

  /** The checkpoint is on disk: drops what is not needed above it. */
  removeUpTo(height: number): Promise<void> {
    return this.#log.removeUpTo(height)
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  async #readNotes(): Promise<Map<number, LogRecord[]>> {
    const notes = new Map<number, LogRecord[]>()
    for await (const record of this.#log.read())
      if (record.kind !== 'batch' && record.kind !== 'artifact') notes.set(record.height, [...(notes.get(record.height) ?? []), record])
    return notes
  }
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
