/**
 * Between an instance's heap and its last committed state: which pages changed, copying them either way.
 *
 * Memory is seen as a Buffer, whose `compare` is native; it is as pure as a loop.
 */

import {CHUNK_BYTES, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'
import type {EngineExports} from './engine-exports.js'
import {COLLECT_RESUME, DIRTY_MAP_BYTES, HEAP_BASE, PAGE_OVERHANG} from './layout.js'

const ZERO_CHUNK = Buffer.alloc(CHUNK_BYTES)

/**
 * The pages that one instance has written since its last commit or rollback. A store that began in a marked page may have reached into the
 * next one: that one is looked at as far as a store can reach.
 */
export class DirtyPages {
  /** Ascending; the marks still in the map are not in it. */
  #marked: number[] = []
  #mayHaveStrayMark = false
  /** What `findChanged` found, as long as nothing is written: the IC's charge asks before the commit does. */
  #known: readonly number[] | undefined
  #knownFor: PagedMemory | undefined

  constructor(readonly engine: EngineExports) {}

  /** The last store of an execution was out of bounds: it may have marked any page of the map. */
  expectStrayMark(): void {
    this.#mayHaveStrayMark = true
  }

  /** Marks what a host function has written; `length` is not zero. */
  mark(address: number, length: number): void {
    const map = this.engine.bytes()
    const last = Math.floor((address + length - 1) / PAGE_BYTES)
    for (let page = Math.floor(address / PAGE_BYTES); page <= last; page++) map[page] = 1
  }

  /** The pages, ascending, whose bytes differ from `committed`, of the `heapBytes` that are the heap's. */
  findChanged(committed: PagedMemory, heapBytes: number): readonly number[] {
    this.#collect()
    if (this.#known === undefined || this.#knownFor !== committed) {
      this.#known = this.#compare(committed, heapBytes)
      this.#knownFor = committed
    }
    return this.#known
  }

  #compare(committed: PagedMemory, heapBytes: number): number[] {
    const memory = this.engine.bytes()
    const pageCount = heapBytes / PAGE_BYTES
    const marked = this.#marked
    const changed: number[] = []
    for (let position = 0; position < marked.length; position++) {
      const page = marked[position]!
      if (page >= pageCount) continue
      if (isChanged(memory, page, committed)) changed.push(page)
      const next = page + 1
      if (next < pageCount && marked[position + 1] !== next && isOverhangChanged(memory, next, committed)) changed.push(next)
    }
    return changed
  }

  /** Copies the changed pages into `committed` and returns them. */
  commit(committed: PagedMemory, heapBytes: number): readonly number[] {
    const changed = this.findChanged(committed, heapBytes)
    const memory = this.engine.bytes()
    for (const page of changed) committed.writePage(page, memory, HEAP_BASE + page * PAGE_BYTES)
    this.#forget()
    return changed
  }

  /** Makes every written byte what it is in `committed`. */
  rollback(committed: PagedMemory): void {
    this.#collect()
    const memory = this.engine.bytes()
    const physicalPages = (memory.length - HEAP_BASE) / PAGE_BYTES
    for (const page of this.#marked) {
      restore(memory, page, committed)
      if (page + 1 < physicalPages) restoreOverhang(memory, page + 1, committed)
    }
    this.#forget()
  }

  #forget(): void {
    this.#marked.length = 0
    this.#known = undefined
    this.#knownFor = undefined
  }

  /**
   * Moves the marks from the dirty map to `#marked`. The memory has more pages than the heap after growth was rolled back: there, writes
   * outside the heap do not trap, but are undone.
   */
  #collect(): void {
    const {engine} = this
    const count = (engine.bytes().length - HEAP_BASE) / PAGE_BYTES
    const end = this.#mayHaveStrayMark ? DIRTY_MAP_BYTES : count
    this.#mayHaveStrayMark = false
    const marked = this.#marked
    const isFirst = marked.length === 0
    for (let at = 0; at < end; ) {
      const found = engine.collect(at, end)
      if (found > 0) this.#known = undefined
      const list = engine.pageList()
      for (let position = 0; position < found; position++) if (list[position]! < count) marked.push(list[position]!)
      at = engine.bytes().readUInt32LE(COLLECT_RESUME)
    }
    if (!isFirst) this.#marked = [...new Set(marked)].sort((a, b) => a - b)
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

function isChanged(memory: Buffer, page: number, committed: PagedMemory): boolean {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed)
  if (!chunk) return memory.compare(ZERO_CHUNK, 0, PAGE_BYTES, start, start + PAGE_BYTES) !== 0
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  return memory.compare(chunk, inside, inside + PAGE_BYTES, start, start + PAGE_BYTES) !== 0
}

/** Whether the first bytes of a page differ: so few that a loop is faster than any call. */
function isOverhangChanged(memory: Buffer, page: number, committed: PagedMemory): boolean {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed) ?? ZERO_CHUNK
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  for (let offset = 0; offset < PAGE_OVERHANG; offset++) if (memory[start + offset] !== chunk[inside + offset]) return true
  return false
}

function restore(memory: Buffer, page: number, committed: PagedMemory): void {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed)
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  if (chunk) memory.set(new Uint8Array(chunk.buffer, chunk.byteOffset + inside, PAGE_BYTES), start)
  else memory.fill(0, start, start + PAGE_BYTES)
}

function restoreOverhang(memory: Buffer, page: number, committed: PagedMemory): void {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed) ?? ZERO_CHUNK
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  for (let offset = 0; offset < PAGE_OVERHANG; offset++) memory[start + offset] = chunk[inside + offset]!
}

/** Pages beyond the committed size are zero, as chunks never written are. */
function findCommitted(page: number, committed: PagedMemory): Uint8Array | undefined {
  const offset = page * PAGE_BYTES
  return offset < committed.sizeBytes ? committed.findChunk(Math.floor(offset / CHUNK_BYTES)) : undefined
}
