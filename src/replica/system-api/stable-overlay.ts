/** Stable memory during one execution: pages written so far over a memory that stays as it is until `apply`. */

import {CHUNK_BYTES, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'

export class StableOverlay {
  readonly #base: PagedMemory
  readonly #pages = new Map<number, Uint8Array>()
  readonly #accessed = new Set<number>()
  #sizeBytes: number

  constructor(base: PagedMemory) {
    this.#base = base
    this.#sizeBytes = base.sizeBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get dirtyPages(): number {
    return this.#pages.size
  }

  /** Pages read or written. */
  get accessedPages(): number {
    return this.#accessed.size
  }

  grow(bytes: number): void {
    this.#sizeBytes += bytes
  }

  /** Pages of the range that no write has touched yet. */
  countCleanPages(offset: number, length: number): number {
    let count = 0
    for (const page of pagesOf(offset, length)) if (!this.#pages.has(page)) count++
    return count
  }

  /** Counts the pages of the range as accessed. */
  touch(offset: number, length: number): void {
    for (const page of pagesOf(offset, length)) this.#accessed.add(page)
  }

  /** The range must lie inside. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    const inBase = Math.min(length, Math.max(0, this.#base.sizeBytes - offset))
    if (inBase > 0) this.#base.readInto(bytes.subarray(0, inBase), offset)
    if (this.#pages.size === 0) return bytes
    for (const page of pagesOf(offset, length)) {
      const content = this.#pages.get(page)
      if (!content) continue
      const start = page * PAGE_BYTES
      const from = Math.max(offset, start)
      const to = Math.min(offset + length, start + PAGE_BYTES)
      bytes.set(content.subarray(from - start, to - start), from - offset)
    }
    return bytes
  }

  /** The range must lie inside. */
  write(offset: number, bytes: Uint8Array): void {
    for (const page of pagesOf(offset, bytes.length)) {
      const start = page * PAGE_BYTES
      const from = Math.max(offset, start)
      const to = Math.min(offset + bytes.length, start + PAGE_BYTES)
      this.#writablePage(page).set(bytes.subarray(from - offset, to - offset), from - start)
    }
  }

  /** Brings the changes into `target`: the memory below, or a copy of it. */
  apply(target: PagedMemory): void {
    if (this.#sizeBytes > target.sizeBytes) target.growTo(this.#sizeBytes)
    for (const [page, content] of this.#pages) target.write(page * PAGE_BYTES, content)
  }

  #writablePage(page: number): Uint8Array {
    const known = this.#pages.get(page)
    if (known) return known
    const start = page * PAGE_BYTES
    const content = start < this.#base.sizeBytes ? this.#base.read(start, PAGE_BYTES) : new Uint8Array(PAGE_BYTES)
    this.#pages.set(page, content)
    return content
  }
}

/** Stable memory is measured in Wasm pages of 64 KiB, the same as a chunk. */
export const WASM_PAGE_BYTES = CHUNK_BYTES

function* pagesOf(offset: number, length: number): Generator<number> {
  if (length === 0) return
  const last = Math.floor((offset + length - 1) / PAGE_BYTES)
  for (let page = Math.floor(offset / PAGE_BYTES); page <= last; page++) yield page
}
