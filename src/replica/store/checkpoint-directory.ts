/** What the overlays of a checkpoint hold, and where: read from their indices, oldest first. */

import {crc32} from 'node:zlib'
import {equalBytes} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CanisterId} from '../../protocol/principal.js'
import {type CanisterEntry, decodeIndex, type Extent, type MemoryEntry, type OverlayEntry, type OverlayIndex} from './checkpoint-format.js'
import {StoreDamaged} from './errors.js'
import type {OverlayFile} from './overlay-file.js'
import {type Layer, layerOf, StoredMemory} from './stored-memory.js'

export interface Located {
  readonly file: OverlayFile
  readonly extent: Extent
}

export interface LocatedCanister extends CanisterEntry {
  readonly file: OverlayFile
}

export class CheckpointDirectory {
  readonly canisters = new Map<CanisterId, LocatedCanister>()
  readonly parts = new Map<string, Located>()
  readonly blobs = new Map<string, Located>()
  /** Every memory of every overlay: also those that newer ones build on. */
  readonly memories = new Map<number, StoredMemory>()

  /** Reads the overlay's index and lays it over what is known. Throws StoreDamaged. */
  addFile(file: OverlayFile, {indexOffset, indexDigest, sizeBytes}: OverlayEntry): void {
    const bytes = file.read(indexOffset, sizeBytes - indexOffset)
    if (!equalBytes(sha256(bytes), indexDigest)) throw new StoreDamaged(file.path, 'has a broken index')
    const index = decodeIndex(bytes)
    for (const entry of index.memories)
      this.memories.set(entry.id, new StoredMemory(entry.id, entry.sizeBytes, {layers: this.layersOf(file, entry)}))
    this.addNames(file, index)
  }

  /** Lays an index over what is known; its memories are the caller's. */
  addNames(file: OverlayFile, {canisters, removed, parts, blobs}: OverlayIndex): void {
    for (const id of removed) this.canisters.delete(id)
    for (const entry of canisters) this.canisters.set(entry.id, {...entry, file})
    for (const {name, extent} of parts) this.parts.set(name, {file, extent})
    for (const {hash, extent} of blobs) this.blobs.set(hash, {file, extent})
  }

  layersOf(file: OverlayFile, {baseId, runs, checksums}: MemoryEntry): Layer[] {
    const own = runs.length > 0 ? [layerOf(file, {runs, checksums})] : []
    if (baseId === undefined) return own
    const base = this.memories.get(baseId)
    if (!base) throw new StoreDamaged(file.path, `builds on memory ${baseId}, which no overlay has`)
    return [...own, ...base.layers]
  }
}

/** The bytes, compared with their checksum. Throws StoreDamaged. */
export function readExtent({file, extent}: Located): Uint8Array {
  const bytes = file.read(extent.offset, extent.length)
  if (crc32(bytes) !== extent.checksum) throw new StoreDamaged(file.path, `is broken at byte ${extent.offset}`)
  return bytes
}
