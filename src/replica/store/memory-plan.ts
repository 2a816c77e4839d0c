/** Which pages of which memories a checkpoint has to write. */

import {CHUNK_BYTES, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'
import type {CheckpointDirectory} from './checkpoint-directory.js'
import type {MemoryToWrite} from './overlay-writer.js'
import {PAGES_PER_CHUNK, StoredMemory} from './stored-memory.js'

export interface PlannedMemory {
  readonly toWrite: MemoryToWrite
  /** The memory's new source; settled when the overlay is on disk. */
  readonly stored: StoredMemory
}

export interface MemoryPlan {
  readonly planned: readonly PlannedMemory[]
  /** Under which id each memory is found again: a new one, or that of the stored memory it still equals. */
  readonly ids: ReadonlyMap<PagedMemory, number>
}

interface Store {
  readonly directory: CheckpointDirectory
  readonly takeId: () => number
}

/** Clones what is to be written, and makes the clones what the memories build on from now. */
export function planMemories(memories: readonly PagedMemory[], store: Store): MemoryPlan {
  const planned: PlannedMemory[] = []
  const ids = new Map<PagedMemory, number>()
  const fresh = new Set<StoredMemory>()
  for (const memory of memories) {
    const {source} = memory
    const isStored = source instanceof StoredMemory && (fresh.has(source) || isOnDisk(source, store.directory))
    if (isStored && source.sizeBytes === memory.sizeBytes && memory.listDirtyPages().length === 0) {
      ids.set(memory, source.id)
      continue
    }
    const plan = planMemory(memory, store)
    fresh.add(plan.stored)
    ids.set(memory, plan.stored.id)
    planned.push(plan)
  }
  return {planned, ids}
}

function planMemory(memory: PagedMemory, {directory, takeId}: Store): PlannedMemory {
  const clone = memory.clone()
  const {base, pages} = findChanges(clone, directory)
  const id = takeId()
  const stored = new StoredMemory(id, memory.sizeBytes, {pending: clone})
  memory.clearDirty()
  memory.rebase(stored)
  const readPage = (page: number): Uint8Array => pageOf(clone, page) ?? ZERO_PAGE
  return {toWrite: {id, sizeBytes: memory.sizeBytes, baseId: base?.id, pages, readPage}, stored}
}

/** The stored memory that is the same but for some pages; without one, every page that is not zero. */
function findChanges(clone: PagedMemory, directory: CheckpointDirectory): {base?: StoredMemory; pages: number[]} {
  const dirty = new Set(clone.listDirtyPages())
  let {source} = clone
  // Of a checkpoint that failed: its pages are not on disk either.
  while (source instanceof StoredMemory && source.pending) {
    for (const page of source.pending.listDirtyPages()) dirty.add(page)
    source = source.pending.source
  }
  if (source instanceof StoredMemory && isOnDisk(source, directory)) return {base: source, pages: [...dirty].sort((a, b) => a - b)}
  return {pages: [...listNonZeroPages(clone)]}
}

function isOnDisk(source: StoredMemory, directory: CheckpointDirectory): boolean {
  return !source.pending && directory.memories.get(source.id) === source
}

const ZERO_PAGE = new Uint8Array(PAGE_BYTES)

function* listNonZeroPages(memory: PagedMemory): Generator<number> {
  for (let chunk = 0; chunk < memory.sizeBytes / CHUNK_BYTES; chunk++) {
    if (!memory.findChunk(chunk)) continue
    for (let page = chunk * PAGES_PER_CHUNK; page < (chunk + 1) * PAGES_PER_CHUNK; page++)
      if (Buffer.compare(pageOf(memory, page)!, ZERO_PAGE) !== 0) yield page
  }
}

function pageOf(memory: PagedMemory, page: number): Uint8Array | undefined {
  const inside = (page % PAGES_PER_CHUNK) * PAGE_BYTES
  return memory.findChunk(Math.floor(page / PAGES_PER_CHUNK))?.subarray(inside, inside + PAGE_BYTES)
}
