/**
 * A file system in memory that behaves as the worst real one may: short writes, and at a power loss anything not synced is kept, lost
 * or kept in part, block by block and in any order. Seeded, so that a failure can be repeated.
 */

import {dirname} from 'node:path'
import type {ReadableFile, StoreFs, WritableFile} from '../../../../src/replica/store/store-fs.js'

const BLOCK_BYTES = 64

interface Inode {
  durable: Uint8Array
  current: Uint8Array
}

export interface Faults {
  /** Chance that a write takes only a part of the bytes. */
  readonly shortWrites?: number
  /** The sync with this number (from 1) fails, and all after it. */
  readonly failSync?: number
  /** The write with this number (from 1) fails with ENOSPC, and all after it. */
  readonly failWrite?: number
  /** Planted bug: syncs that do nothing. */
  readonly lyingSync?: boolean
}

/** Numbers in [0, 1) from a seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export class FaultyFs implements StoreFs {
  readonly #current = new Map<string, Inode>()
  #durable = new Map<string, Inode>()
  #syncs = 0
  #writes = 0
  faults: Faults = {}

  constructor(readonly random: () => number) {}

  get syncs(): number {
    return this.#syncs
  }

  makeFolder(): Promise<void> {
    return Promise.resolve()
  }

  async list(folder: string): Promise<string[]> {
    return [...this.#current.keys()].filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1))
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    return this.#current.get(path)?.current.slice()
  }

  async openForWriting(path: string): Promise<WritableFile> {
    const inode = this.#current.get(path) ?? {durable: new Uint8Array(0), current: new Uint8Array(0)}
    this.#current.set(path, inode)
    return {
      write: async (bytes, position) => this.#write(inode, bytes, position),
      sync: async () => {
        this.#syncs++
        if (this.faults.failSync !== undefined && this.#syncs >= this.faults.failSync) throw Object.assign(new Error('sync'), {code: 'EIO'})
        if (!this.faults.lyingSync) inode.durable = inode.current.slice()
      },
      truncate: async (sizeBytes) => {
        const resized = new Uint8Array(sizeBytes)
        resized.set(inode.current.subarray(0, sizeBytes))
        inode.current = resized
      },
      close: async () => undefined,
    }
  }

  openForReading(path: string): ReadableFile {
    const inode = this.#current.get(path)
    if (!inode) throw Object.assign(new Error(`no file ${path}`), {code: 'ENOENT'})
    return {
      sizeBytes: inode.current.length,
      readSync: (position, length) => inode.current.slice(position, position + length),
      close: () => undefined,
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#current.set(to, this.#current.get(from)!)
    this.#current.delete(from)
  }

  async remove(path: string): Promise<void> {
    this.#current.delete(path)
  }

  async syncFolder(folder: string): Promise<void> {
    if (this.faults.lyingSync) return
    for (const path of this.#durable.keys()) if (dirname(path) === folder && !this.#current.has(path)) this.#durable.delete(path)
    for (const [path, inode] of this.#current) if (dirname(path) === folder) this.#durable.set(path, inode)
  }

  /**
   * The power fails: the disk as it is found afterwards, where each entry of a folder and each block that was not synced is kept or lost
   * by chance. What the dead process still does to this one has no effect on it.
   */
  afterPowerLoss(): FaultyFs {
    const after = new FaultyFs(this.random)
    for (const path of new Set([...this.#durable.keys(), ...this.#current.keys()])) {
      const [durable, current] = [this.#durable.get(path), this.#current.get(path)]
      const inode = durable === current || this.random() < 0.5 ? durable : current
      if (!inode) continue
      const content = this.#mix(inode)
      after.#current.set(path, {durable: content, current: content})
    }
    after.#durable = new Map(after.#current)
    return after
  }

  /** Flips one bit of a file. */
  flipBit(path: string, bit: number): void {
    const {current} = this.#current.get(path)!
    current[bit >> 3]! ^= 1 << (bit & 7)
  }

  sizeOf(path: string): number {
    return this.#current.get(path)!.current.length
  }

  #write(inode: Inode, bytes: Uint8Array, position: number): number {
    this.#writes++
    if (this.faults.failWrite !== undefined && this.#writes >= this.faults.failWrite)
      throw Object.assign(new Error('full'), {code: 'ENOSPC'})
    const isShort = bytes.length > 1 && this.random() < (this.faults.shortWrites ?? 0)
    const taken = isShort ? 1 + Math.floor(this.random() * (bytes.length - 1)) : bytes.length
    if (position + taken > inode.current.length) {
      const grown = new Uint8Array(position + taken)
      grown.set(inode.current)
      inode.current = grown
    } else inode.current = inode.current.slice()
    inode.current.set(bytes.subarray(0, taken), position)
    return taken
  }

  #mix({durable, current}: Inode): Uint8Array {
    const length =
      this.random() < 0.5 ? current.length : durable.length + Math.floor(this.random() * Math.max(0, current.length - durable.length))
    const mixed = new Uint8Array(length)
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const source = this.random() < 0.6 ? current : durable
      mixed.set(source.subarray(at, Math.min(at + BLOCK_BYTES, length)), at)
    }
    return mixed
  }
}
