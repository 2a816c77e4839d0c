/** Copies what is alive of several overlays into one. */

import {PAGE_BYTES} from '../state/paged-memory.js'
import {CheckpointDirectory, readExtent} from './checkpoint-directory.js'
import type {MemoryEntry, OverlayEntry, OverlayIndex} from './checkpoint-format.js'
import type {OverlayFile} from './overlay-file.js'
import type {OverlayWriter} from './overlay-writer.js'
import {layerOf, PAGES_PER_CHUNK, type StoredMemory} from './stored-memory.js'

export interface Compacted {
  readonly entry: OverlayEntry
  /** The new directory. Memories of the state read from the new file from now. */
  moveTo(file: OverlayFile): CheckpointDirectory
}

export async function compact(directory: CheckpointDirectory, writer: OverlayWriter): Promise<Compacted> {
  const index = await copyAlive(directory, writer)
  const entry = await writer.finish(index)
  const moveTo = (file: OverlayFile): CheckpointDirectory => {
    const moved = new CheckpointDirectory()
    for (const memory of index.memories) {
      const stored = directory.memories.get(memory.id)!
      stored.settle(memory.runs.length > 0 ? [layerOf(file, memory)] : [])
      moved.memories.set(stored.id, stored)
    }
    moved.addNames(file, index)
    return moved
  }
  return {entry, moveTo}
}

async function copyAlive(directory: CheckpointDirectory, writer: OverlayWriter): Promise<OverlayIndex> {
  const alive = [...directory.canisters.values()]
  const memories: MemoryEntry[] = []
  for (const id of new Set(alive.flatMap((canister) => canister.memories.map(({memoryId}) => memoryId))))
    memories.push(await copyMemory(directory.memories.get(id)!, writer))
  const canisters = []
  for (const {file, metadata, ...entry} of alive)
    canisters.push({...entry, metadata: await writer.writeExtent(readExtent({file, extent: metadata}))})
  const parts = []
  for (const [name, located] of directory.parts) parts.push({name, extent: await writer.writeExtent(readExtent(located))})
  const blobs = []
  for (const hash of new Set(alive.flatMap((canister) => canister.blobs)))
    blobs.push({hash, extent: await writer.writeExtent(readExtent(directory.blobs.get(hash)!))})
  return {canisters, removed: [], parts, blobs, memories}
}

function copyMemory(stored: StoredMemory, writer: OverlayWriter): Promise<MemoryEntry> {
  let chunkIndex = -1
  let chunk: Uint8Array | undefined
  const readPage = (page: number): Uint8Array => {
    const wanted = Math.floor(page / PAGES_PER_CHUNK)
    if (wanted !== chunkIndex) {
      chunkIndex = wanted
      chunk = stored.loadChunk(wanted)
    }
    const inside = (page % PAGES_PER_CHUNK) * PAGE_BYTES
    return chunk!.subarray(inside, inside + PAGE_BYTES)
  }
  return writer.writeMemory({id: stored.id, sizeBytes: stored.sizeBytes, baseId: undefined, pages: stored.listPages(), readPage})
}
