/** Writes one overlay file from beginning to end: pages first, then everything else. */

import {setImmediate as nextTurn} from 'node:timers/promises'
import {crc32} from 'node:zlib'
import {sha256} from '../../base/sha256.js'
import {PAGE_BYTES} from '../state/paged-memory.js'
import {
  CHECKPOINT_VERSION,
  type Extent,
  encodeIndex,
  type MemoryEntry,
  OVERLAY_MAGIC,
  type OverlayEntry,
  type OverlayIndex,
} from './checkpoint-format.js'
import {StoreUnwritable} from './errors.js'
import {type StoreFs, type WritableFile, writeFully} from './store-fs.js'
import type {PageRun} from './stored-memory.js'

const BUFFER_BYTES = 1024 * 1024
/** Synced so often, because the log's syncs wait for one that is under way: a large one would hold up every call. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024

/** Which pages of which memory, and where their content is found while they are written. */
export interface MemoryToWrite {
  readonly id: number
  readonly sizeBytes: number
  readonly baseId: number | undefined
  /** Ascending. */
  readonly pages: readonly number[]
  readonly readPage: (page: number) => Uint8Array
}

export class OverlayWriter {
  readonly #path: string
  readonly #name: string
  readonly #file: WritableFile
  readonly #buffer = new Uint8Array(BUFFER_BYTES)
  #buffered = 0
  #flushed = 0
  #synced = 0

  private constructor(path: string, name: string, file: WritableFile) {
    this.#path = path
    this.#name = name
    this.#file = file
  }

  static async create(fs: StoreFs, folder: string, name: string): Promise<OverlayWriter> {
    const path = `${folder}/${name}`
    try {
      const file = await fs.openForWriting(path)
      await file.truncate(0)
      const writer = new OverlayWriter(path, name, file)
      const header = new Uint8Array(PAGE_BYTES)
      header.set(OVERLAY_MAGIC)
      header[OVERLAY_MAGIC.length] = CHECKPOINT_VERSION
      await writer.#append(header)
      return writer
    } catch (cause) {
      throw new StoreUnwritable(path, cause)
    }
  }

  /** To be called before any `writeExtent`: pages begin at multiples of their size. */
  async writeMemory({id, sizeBytes, baseId, pages, readPage}: MemoryToWrite): Promise<MemoryEntry> {
    const runs: PageRun[] = []
    const checksums = new Uint32Array(pages.length)
    for (const [index, page] of pages.entries()) {
      const bytes = readPage(page)
      const filePage = this.#position / PAGE_BYTES
      const last = runs.at(-1)
      if (last && last.firstPage + last.count === page) runs[runs.length - 1] = {...last, count: last.count + 1}
      else runs.push({firstPage: page, count: 1, filePage})
      checksums[index] = crc32(bytes)
      await this.#append(bytes)
    }
    return {id, sizeBytes, baseId, runs, checksums}
  }

  async writeExtent(bytes: Uint8Array): Promise<Extent> {
    const offset = this.#position
    await this.#append(bytes)
    return {offset, length: bytes.length, checksum: crc32(bytes)}
  }

  /** One extent of all the pieces. Other work of the thread goes on between them. */
  async writePieces(pieces: Iterable<Uint8Array>): Promise<Extent> {
    const offset = this.#position
    let checksum = 0
    for (const piece of pieces) {
      checksum = crc32(piece, checksum)
      await this.#append(piece)
      await nextTurn()
    }
    return {offset, length: this.#position - offset, checksum}
  }

  /** Writes the index and returns when everything is on disk. */
  async finish(index: OverlayIndex): Promise<OverlayEntry> {
    const bytes = encodeIndex(index)
    const indexOffset = this.#position
    await this.#append(bytes)
    try {
      await this.#flush()
      await this.#file.sync()
      await this.#file.close()
    } catch (cause) {
      throw new StoreUnwritable(this.#path, cause)
    }
    return {name: this.#name, sizeBytes: this.#position, indexOffset, indexDigest: sha256(bytes)}
  }

  /** Gives up: the file is left to be removed. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
  }

  get #position(): number {
    return this.#flushed + this.#buffered
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(BUFFER_BYTES - this.#buffered, bytes.length - done)
      this.#buffer.set(bytes.subarray(done, done + count), this.#buffered)
      this.#buffered += count
      done += count
      if (this.#buffered === BUFFER_BYTES) await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    try {
      await writeFully(this.#file, this.#buffer.subarray(0, this.#buffered), this.#flushed)
      this.#flushed += this.#buffered
      this.#buffered = 0
      if (this.#flushed - this.#synced < SYNC_EVERY_BYTES) return
      await this.#file.sync()
      this.#synced = this.#flushed
    } catch (cause) {
      throw new StoreUnwritable(this.#path, cause)
    }
  }
}
