/**
 * The bytes of one Wasm heap or stable memory: sparse, copied on write, and loaded from a checkpoint page by page on first use.
 *
 * Bytes are kept in chunks of 64 KiB; what changed is tracked in pages of 4 KiB, the unit of checkpoints and of dirty-page charges.
 * `clone` is cheap: both sides share every chunk until one of them writes to it.
 */

import {invariant} from '../../base/invariant.js'

/** Unit of change tracking. IC: operating system page of the reference implementation. */
export const PAGE_BYTES = 4096
/** Unit of growth (a Wasm page) and of storage. */
export const CHUNK_BYTES = 65_536
const PAGES_PER_CHUNK = CHUNK_BYTES / PAGE_BYTES

/** Where a memory finds chunks that are not loaded yet: a checkpoint. */
export interface ChunkSource {
  /** The chunk's 64 KiB as they were at the checkpoint, a fresh array the caller may keep and write to; undefined when it was all zero. */
  loadChunk(chunkIndex: number): Uint8Array | undefined
}

const ZERO_CHUNK = new Uint8Array(CHUNK_BYTES)

export class PagedMemory {
  #sizeBytes = 0
  readonly #chunks = new Map<number, Uint8Array>()
  /** Chunks shared with a clone: copied before the first write. */
  readonly #shared = new Set<number>()
  /** Chunk index → bit set of pages written since `clearDirty`. */
  readonly #dirty = new Map<number, number>()
  #source: ChunkSource | undefined

  /** An empty memory, or one of `sizeBytes` whose content comes from `source`. */
  constructor(sizeBytes = 0, source?: ChunkSource) {
    this.#sizeBytes = sizeBytes
    this.#source = source
  }

  /** Always a multiple of 64 KiB. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Where chunks that are not loaded come from: of a checkpoint, what the dirty pages are relative to. */
  get source(): ChunkSource | undefined {
    return this.#source
  }

  /** Enlarges to `sizeBytes`; the new bytes are zero. */
  growTo(sizeBytes: number): void {
    invariant(sizeBytes >= this.#sizeBytes && sizeBytes % CHUNK_BYTES === 0, `memory cannot grow from ${this.#sizeBytes} to ${sizeBytes}`)
    this.#sizeBytes = sizeBytes
  }

  /** Copies the bytes at `offset` into all of `target`. The range must lie inside. */
  readInto(target: Uint8Array, offset: number): void {
    this.#checkRange(offset, target.length)
    let done = 0
    while (done < target.length) {
      const at = offset + done
      const inside = at % CHUNK_BYTES
      const count = Math.min(CHUNK_BYTES - inside, target.length - done)
      const chunk = this.findChunk((at - inside) / CHUNK_BYTES)
      if (chunk) target.set(chunk.subarray(inside, inside + count), done)
      else target.fill(0, done, done + count)
      done += count
    }
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    this.readInto(bytes, offset)
    return bytes
  }

  /** Stores `bytes` at `offset` and marks their pages dirty. The range must lie inside. */
  write(offset: number, bytes: Uint8Array): void {
    this.#checkRange(offset, bytes.length)
    let done = 0
    while (done < bytes.length) {
      const at = offset + done
      const inside = at % CHUNK_BYTES
      const count = Math.min(CHUNK_BYTES - inside, bytes.length - done)
      const index = (at - inside) / CHUNK_BYTES
      this.#writableChunk(index).set(count === bytes.length ? bytes : bytes.subarray(done, done + count), inside)
      this.#markDirty(index, inside, count)
      done += count
    }
  }

  /** Stores a whole page, whose bytes are those of `source` from `from` on, and marks it dirty. What every message does: few steps. */
  writePage(page: number, source: Uint8Array, from: number): void {
    const index = Math.floor(page / PAGES_PER_CHUNK)
    const position = page % PAGES_PER_CHUNK
    this.#checkRange(page * PAGE_BYTES, PAGE_BYTES)
    this.#writableChunk(index).set(new Uint8Array(source.buffer, source.byteOffset + from, PAGE_BYTES), position * PAGE_BYTES)
    const bits = this.#dirty.get(index) ?? 0
    if ((bits & (1 << position)) === 0) this.#dirty.set(index, bits | (1 << position))
  }

  /** The loaded or loadable chunk, for reading only; undefined when it is all zero. */
  findChunk(index: number): Uint8Array | undefined {
    const loaded = this.#chunks.get(index)
    if (loaded || !this.#source) return loaded
    const chunk = this.#source.loadChunk(index)
    this.#chunks.set(index, chunk ?? ZERO_CHUNK)
    if (!chunk) this.#shared.add(index)
    return chunk ?? ZERO_CHUNK
  }

  /** Page numbers (offset / 4 KiB) written since `clearDirty`, ascending. */
  listDirtyPages(): number[] {
    const pages: number[] = []
    for (const index of [...this.#dirty.keys()].sort((a, b) => a - b)) {
      const bits = this.#dirty.get(index)!
      for (let page = 0; page < PAGES_PER_CHUNK; page++) if (bits & (1 << page)) pages.push(index * PAGES_PER_CHUNK + page)
    }
    return pages
  }

  clearDirty(): void {
    this.#dirty.clear()
  }

  /** Replaces where unloaded chunks come from, e.g. the checkpoint just written. Its content must equal this memory's. */
  rebase(source: ChunkSource): void {
    this.#source = source
  }

  /** An independent memory of the same content and dirty pages; both copy a chunk before they first write to it. */
  clone(): PagedMemory {
    const copy = new PagedMemory(this.#sizeBytes, this.#source)
    for (const [index, chunk] of this.#chunks) {
      copy.#chunks.set(index, chunk)
      copy.#shared.add(index)
      this.#shared.add(index)
    }
    for (const [index, bits] of this.#dirty) copy.#dirty.set(index, bits)
    return copy
  }

  #writableChunk(index: number): Uint8Array {
    const chunk = this.findChunk(index)
    if (chunk && !this.#shared.has(index)) return chunk
    const own = chunk ? chunk.slice() : new Uint8Array(CHUNK_BYTES)
    this.#chunks.set(index, own)
    this.#shared.delete(index)
    return own
  }

  #markDirty(index: number, inside: number, count: number): void {
    const first = Math.floor(inside / PAGE_BYTES)
    const last = Math.floor((inside + count - 1) / PAGE_BYTES)
    const bits = ((1 << (last - first + 1)) - 1) << first
    this.#dirty.set(index, (this.#dirty.get(index) ?? 0) | bits)
  }

  #checkRange(offset: number, length: number): void {
    // The text is made only when it is needed: this is on the way of every page of every message.
    if (offset >= 0 && offset + length <= this.#sizeBytes) return
    invariant(false, `range ${offset}+${length} is outside a memory of ${this.#sizeBytes} bytes`)
  }
}
