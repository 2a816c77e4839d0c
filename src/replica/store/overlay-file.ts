/** One file of a checkpoint, opened at the first read. */

import {StoreDamaged, StoreUnreadable} from './errors.js'
import type {ReadableFile, StoreFs} from './store-fs.js'

export class OverlayFile {
  readonly path: string
  readonly name: string
  readonly sizeBytes: number
  readonly #fs: StoreFs
  #file: ReadableFile | undefined

  constructor(fs: StoreFs, folder: string, entry: {readonly name: string; readonly sizeBytes: number}) {
    this.#fs = fs
    this.name = entry.name
    this.path = `${folder}/${entry.name}`
    this.sizeBytes = entry.sizeBytes
  }

  /** Keeps the content readable though the name may vanish. Throws StoreDamaged for a missing or shorter file. */
  open(): ReadableFile {
    if (this.#file) return this.#file
    try {
      this.#file = this.#fs.openForReading(this.path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new StoreDamaged(this.path, 'is missing', {cause})
      throw new StoreUnreadable(this.path, cause)
    }
    if (this.#file.sizeBytes < this.sizeBytes) throw new StoreDamaged(this.path, 'is cut short')
    return this.#file
  }

  /** Exactly `length` bytes. Blocks. */
  read(offset: number, length: number): Uint8Array {
    const file = this.open()
    let bytes: Uint8Array
    try {
      bytes = file.readSync(offset, length)
    } catch (cause) {
      throw new StoreUnreadable(this.path, cause)
    }
    if (bytes.length < length) throw new StoreDamaged(this.path, 'is cut short')
    return bytes
  }

  close(): void {
    this.#file?.close()
    this.#file = undefined
  }
}
