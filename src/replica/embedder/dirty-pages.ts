/** Between an instance's heap and its last committed state: which pages changed, copying them either way. */

import {CHUNK_BYTES, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'
import {HEAP_BASE, PAGE_OVERHANG} from './layout.js'

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES)
/** A buffer over an instance's whole memory; the heap begins at HEAP_BASE. (Buffer: its `compare` is native; it is as pure as a loop.) */
export type MemoryBuffer = Buffer

/**
 * The pages, ascending, whose bytes differ from `committed`. `marked` are ascending too. A store that began in a marked page may have reached
 * into the next one: that one is looked at as far as a store can reach.
 */
export function findChangedPages(memory: MemoryBuffer, marked: readonly number[], pageCount: number, committed: PagedMemory): number[] {
  const changed: number[] = []
  marked.forEach((page, position) => {
    if (isChanged(memory, page, PAGE_BYTES, committed)) changed.push(page)
    const next = page + 1
    if (next < pageCount && marked[position + 1] !== next && isChanged(memory, next, PAGE_OVERHANG, committed)) changed.push(next)
  })
  return changed
}

/** Copies pages of the heap into `committed`. */
export function copyToCommitted(memory: MemoryBuffer, pages: readonly number[], committed: PagedMemory): void {
  for (const page of pages) {
    const start = HEAP_BASE + page * PAGE_BYTES
    committed.write(page * PAGE_BYTES, memory.subarray(start, start + PAGE_BYTES))
  }
}

/** Makes the marked pages, and what stores may have reached of the next ones, as they are in `committed`. */
export function copyFromCommitted(memory: MemoryBuffer, marked: readonly number[], pageCount: number, committed: PagedMemory): void {
  for (const page of marked) {
    restore(memory, page, PAGE_BYTES, committed)
    if (page + 1 < pageCount) restore(memory, page + 1, PAGE_OVERHANG, committed)
  }
}

/** Copies all of `committed` into a fresh instance. */
export function loadHeap(memory: MemoryBuffer, committed: PagedMemory): void {
  for (let index = 0; index * CHUNK_BYTES < committed.sizeBytes; index++) {
    const chunk = committed.findChunk(index)
    if (chunk) memory.set(chunk, HEAP_BASE + index * CHUNK_BYTES)
  }
}

function isChanged(memory: MemoryBuffer, page: number, length: number, committed: PagedMemory): boolean {
  const start = HEAP_BASE + page * PAGE_BYTES
  const chunk = findCommitted(page, committed)
  if (!chunk) return memory.compare(ZERO_PAGE, 0, length, start, start + length) !== 0
  const inside = (page * PAGE_BYTES) % CHUNK_BYTES
  return memory.compare(chunk, inside, inside + length, start, start + length) !== 0
}

function restore(memory: MemoryBuffer, page: number, length: number, committed: PagedMemory): void {
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
