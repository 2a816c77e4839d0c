/**
 * Between an instance's heap and its last committed state: which pages changed, copying them either way.
 *
 * Memory is seen as a Buffer, whose `compare` is native; it is as pure as a loop.
 */

import {CHUNK_BYTES, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'
import type {EngineExports} from './engine-exports.js'
import {COLLECT_RESUME, DIRTY_MAP_BYTES, HEAP_BASE, PAGE_LIST, PAGE_OVERHANG} from './layout.js'

const ZERO_CHUNK = Buffer.alloc(CHUNK_BYTES)
const PAGES_PER_CHUNK = CHUNK_BYTES / PAGE_BYTES

/**
 * The pages that one instance has written since its last commit or rollback. A store that began in a marked page may have reached into the
 * next one: that one is looked at as far as a store can reach.
 */
export class DirtyPages {
  /** Ascending; the marks still in the map are not in it. */
  #marked: number[] = []
  #mayHaveStrayMark = false
  /** What `findChanged` found, as long as nothing is written: the IC's charge asks before the commit does. */
  #known: {readonly changed: readonly number[]; readonly committed: PagedMemory} | undefined

  constructor(readonly engine: EngineExports) {}

  /** The last store of an execution was out of bounds: it may have marked any page of the map. */
  expectStrayMark(): void {
    this.#mayHaveStrayMark = true
  }

  /** Marks what a host function has written; `length` is not zero. */
  mark(address: number, length: number): void {
    this.engine.bytes().fill(1, Math.floor(address / PAGE_BYTES), Math.floor((address + length - 1) / PAGE_BYTES) + 1)
  }

  /** The pages, ascending, whose bytes differ from `committed`. */
  findChanged(committed: PagedMemory): readonly number[] {
    this.#collect()
    if (this.#known?.committed !== committed) this.#known = {changed: this.#compare(committed), committed}
    return this.#known.changed
  }

  #compare(committed: PagedMemory): number[] {
    const memory = this.engine.bytes()
    const changed: number[] = []
    this.#marked.forEach((page, position) => {
      if (page >= this.#pageCount) return
      if (isChanged(memory, page, PAGE_BYTES, committed)) changed.push(page)
      const next = page + 1
      if (next < this.#pageCount && this.#marked[position + 1] !== next && isChanged(memory, next, PAGE_OVERHANG, committed))
        changed.push(next)
    })
    return changed
  }

  /** Copies the changed pages into `committed` and returns them. */
  commit(committed: PagedMemory): number[] {
    const changed = this.findChanged(committed)
    const memory = this.engine.bytes()
    for (const page of changed) {
      const start = HEAP_BASE + page * PAGE_BYTES
      committed.write(page * PAGE_BYTES, memory.subarray(start, start + PAGE_BYTES))
    }
    this.#forget()
    return [...changed]
  }

  /** Makes every written byte what it is in `committed`. */
  rollback(committed: PagedMemory): void {
    this.#collect()
    const memory = this.engine.bytes()
    for (const page of this.#marked) {
      restore(memory, page, PAGE_BYTES, committed)
      if (page + 1 < this.#physicalPageCount) restore(memory, page + 1, PAGE_OVERHANG, committed)
    }
    this.#forget()
  }

  #forget(): void {
    this.#marked = []
    this.#known = undefined
  }

  get #pageCount(): number {
    return this.engine.pages.value * PAGES_PER_CHUNK
  }

  /** More than the heap's after growth was rolled back: there, writes outside the heap do not trap, but are undone. */
  get #physicalPageCount(): number {
    return (this.engine.memory.buffer.byteLength - HEAP_BASE) / PAGE_BYTES
  }

  /** Moves the marks from the dirty map to `#marked`. */
  #collect(): void {
    const count = this.#physicalPageCount
    const end = this.#mayHaveStrayMark ? DIRTY_MAP_BYTES : count
    this.#mayHaveStrayMark = false
    const isFirst = this.#marked.length === 0
    for (let at = 0; at < end; ) {
      const found = this.engine.collect(at, end)
      if (found > 0) this.#known = undefined
      const memory = this.engine.bytes()
      const list = new Uint32Array(memory.buffer, PAGE_LIST, found)
      for (let position = 0; position < found; position++) if (list[position]! < count) this.#marked.push(list[position]!)
      at = memory.readUInt32LE(COLLECT_RESUME)
    }
    if (!isFirst) this.#marked = [...new Set(this.#marked)].sort((a, b) => a - b)
  }
}

/** Copies all of `committed` into a fresh instance. */
export function loadHeap(memory: Buffer, committed: PagedMemory): void {
  for (let index = 0; index * CHUNK_BYTES < committed.sizeBytes; index++) {
    const chunk = committed.findChunk(index)
    // Writing zeros would make the machine find memory for them.
    if (chunk && ZERO_CHUNK.compare(chunk) !== 0) memory.set(chunk, HEAP_BASE + index * CHUNK_BYTES)
  }
}

function isChanged(memory: Buffer, page: number, length: number, committed: PagedMemory): boolean {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed)
  if (!chunk) return memory.compare(ZERO_CHUNK, 0, length, start, start + length) !== 0
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  return memory.compare(chunk, inside, inside + length, start, start + length) !== 0
}

function restore(memory: Buffer, page: number, length: number, committed: PagedMemory): void {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed)
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  if (chunk) memory.set(chunk.subarray(inside, inside + length), start)
  else memory.fill(0, start, start + length)
}

/** Pages beyond the committed size are zero, as chunks never written are. */
function findCommitted(page: number, committed: PagedMemory): Uint8Array | undefined {
  const offset = page * PAGE_BYTES
  return offset < committed.sizeBytes ? committed.findChunk(Math.floor(offset / CHUNK_BYTES)) : undefined
}
