/** The log as a node writes it: height by height, and as replay sees it above the last checkpoint. */

import {Log, type LogOptions, type TornTail} from './log.js'
import {type ArchivedSegment, forgetArchive, listArchive} from './log-archive.js'
import {type LoggedHeight, readHeights} from './read-log.js'
import {nodeFs, type StoreFs} from './store-fs.js'

export interface BatchLogOptions extends LogOptions {
  /** Of the icicle that appends: part of every batch. */
  readonly programVersion: string
  /** Of the last checkpoint, 0 for none: the log goes on above it. */
  readonly checkpointHeight: number
}

export class BatchLog {
  readonly #log: Log
  readonly #folder: string
  readonly #fs: StoreFs
  readonly #programVersion: string
  readonly #checkpointHeight: number

  private constructor(log: Log, folder: string, {fs = nodeFs, programVersion, checkpointHeight}: BatchLogOptions) {
    this.#log = log
    this.#folder = folder
    this.#fs = fs
    this.#programVersion = programVersion
    this.#checkpointHeight = checkpointHeight
  }

  /** Errors: those of `Log.open`. */
  static async open(folder: string, options: BatchLogOptions): Promise<BatchLog> {
    const log = await Log.open(folder, options)
    // All of it lies behind the checkpoint: what comes now goes into another file, so that this one can be archived.
    if (log.maxHeight <= options.checkpointHeight) log.startSegment()
    return new BatchLog(log, folder, options)
  }

  get tornTail(): TornTail | undefined {
    return this.#log.tornTail
  }

  /** The heights above the checkpoint in order, as they are when the log is opened. Throws StoreDamaged when one is missing. */
  readTail(): AsyncGenerator<LoggedHeight> {
    return readHeights(this.#folder, this.#checkpointHeight, this.#fs)
  }

  /** Resolves when the batch is on disk: from then on its effects may be shown. Rejects with StoreUnwritable. */
  appendBatch(batch: {readonly height: number; readonly block: Uint8Array; readonly randomness: Uint8Array}): Promise<void> {
    return this.#log.append({kind: 'batch', programVersion: this.#programVersion, ...batch})
  }

  /** An empty signature: the root comes from a replay, after the process had stopped before it was certified. */
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

  /** The checkpoint is on disk: archives what a start does not need above it. */
  archiveUpTo(height: number): Promise<void> {
    return this.#log.archiveUpTo(height)
  }

  listArchive(): Promise<ArchivedSegment[]> {
    return listArchive(this.#fs, this.#folder)
  }

  /** Nobody will replay from below `height` any more. */
  forgetUpTo(height: number): Promise<void> {
    return forgetArchive(this.#fs, this.#folder, height)
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}
