/**
 * Everything a replica keeps on disk: a lock, the log of batches, and checkpoints as shortcuts into it.
 *
 *     <folder>/lock    <folder>/log/*.log    <folder>/checkpoints/{manifest,*.overlay}
 *
 * A replica with its state on another thread uses the three parts directly: the lock and the `BatchLog` where batches are made, the
 * `CheckpointStore` where the state is.
 */

import {join} from 'node:path'
import {BatchLog} from './batch-log.js'
import {type CheckpointInput, type CheckpointOptions, CheckpointStore} from './checkpoint-store.js'
import {lockStore, type StoreLock} from './lock.js'
import type {LogOptions, TornTail} from './log.js'
import type {LoggedHeight} from './read-log.js'
import {CHECKPOINT_FOLDER, LOG_FOLDER} from './state-folder.js'

export interface ReplicaStoreOptions extends CheckpointOptions, LogOptions {
  readonly programVersion: string
}

export class ReplicaStore {
  readonly log: BatchLog
  readonly checkpoints: CheckpointStore
  readonly #lock: StoreLock

  private constructor(log: BatchLog, checkpoints: CheckpointStore, lock: StoreLock) {
    this.log = log
    this.checkpoints = checkpoints
    this.#lock = lock
  }

  /** Throws StoreInUse, StoreDamaged, StoreVersionUnknown, StoreUnreadable, StoreUnwritable. */
  static async open(folder: string, options: ReplicaStoreOptions): Promise<ReplicaStore> {
    const lock = lockStore(folder)
    try {
      const checkpoints = await CheckpointStore.open(join(folder, CHECKPOINT_FOLDER), options)
      const log = await BatchLog.open(join(folder, LOG_FOLDER), {...options, checkpointHeight: checkpoints.height ?? 0})
      return new ReplicaStore(log, checkpoints, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** What was cut off the log when it was opened: worth a warning. */
  get tornTail(): TornTail | undefined {
    return this.log.tornTail
  }

  readTail(): AsyncGenerator<LoggedHeight> {
    return this.log.readTail()
  }

  /** Takes the state as it is now, and returns when it is on disk and the log behind it is archived. See `CheckpointStore.write`. */
  async writeCheckpoint(input: CheckpointInput): Promise<void> {
    this.log.startSegment()
    await this.checkpoints.write(input)
    await this.log.archiveUpTo(input.height)
  }

  async close(): Promise<void> {
    await this.log.close()
    this.checkpoints.close()
    this.#lock.release()
  }
}
