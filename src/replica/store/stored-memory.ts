/**
 * A memory as checkpoints hold it: pages of 4 KiB in the files of one or more overlays, the newest one that has a page counts.
 *
 * While its checkpoint is being written it gives the chunks of the clone that is written from.
 */

import {crc32} from 'node:zlib'
import {invariant} from '../../base/invariant.js'
import {CHUNK_BYTES, type ChunkSource, PAGE_BYTES, type PagedMemory} from '../state/paged-memory.js'
import {StoreDamaged} from './errors.js'
import type {OverlayFile} from './overlay-file.js'

export const PAGES_PER_CHUNK = CHUNK_BYTES / PAGE_BYTES

/** Consecutive pages of a memory that lie consecutively in a file. */
export interface PageRun {
  readonly firstPage: number
  readonly count: number
  /** Offset in the file, in pages. */
  readonly filePage: number
}

/** What one overlay has of a memory. */
export interface Layer {
  readonly file: OverlayFile
  /** Ascending, apart from each other. */
  readonly runs: readonly PageRun[]
  /** CRC-32 of each page, in the order of the runs. */
  readonly checksums: Uint32Array
  /** How many pages the runs before each one have. */
  readonly passed: readonly number[]
}

export function layerOf(file: OverlayFile, {runs, checksums}: {readonly runs: readonly PageRun[]; readonly checksums: Uint32Array}): Layer {
  const passed: number[] = []
  let pages = 0
  for (const {count} of runs) {
    passed.push(pages)
    pages += count
  }
  return {file, runs, checksums, passed}
}

export class StoredMemory implements ChunkSource {
  readonly id: number
  readonly sizeBytes: number
  #layers: readonly Layer[]
  #pending: PagedMemory | undefined

  constructor(id: number, sizeBytes: number, content: {readonly layers: readonly Layer[]} | {readonly pending: PagedMemory}) {
    this.id = id
    this.sizeBytes = sizeBytes
    this.#layers = 'layers' in content ? content.layers : []
    this.#pending = 'pending' in content ? content.pending : undefined
  }

  /** The clone it is written from; undefined once it is on disk. */
  get pending(): PagedMemory | undefined {
    return this.#pending
  }

  /** Newest first. */
  get layers(): readonly Layer[] {
    return this.#layers
  }

  /** It is on disk now, or at another place there. */
  settle(layers: readonly Layer[]): void {
    this.#layers = layers
    this.#pending = undefined
  }

  loadChunk(chunkIndex: number): Uint8Array | undefined {
    if (this.#pending) return this.#pending.findChunk(chunkIndex)?.slice()
    const firstPage = chunkIndex * PAGES_PER_CHUNK
    let chunk: Uint8Array | undefined
    let missing = (1 << PAGES_PER_CHUNK) - 1
    for (const layer of this.#layers) {
      for (const span of listSpansOf(layer, firstPage, missing)) {
        chunk ??= new Uint8Array(CHUNK_BYTES)
        chunk.set(readSpan(layer, span), (span.page - firstPage) * PAGE_BYTES)
        missing &= ~(((1 << span.count) - 1) << (span.page - firstPage))
      }
      if (missing === 0) break
    }
    return chunk
  }

  /** Pages that some layer has, ascending. */
  listPages(): number[] {
    invariant(!this.#pending, 'the pages of a memory are asked for before it is written')
    const pages = new Set<number>()
    for (const {runs} of this.#layers) for (const {firstPage, count} of runs) for (let i = 0; i < count; i++) pages.add(firstPage + i)
    return [...pages].sort((a, b) => a - b)
  }
}

/** Pages that follow one another in the memory and in the file. */
interface Span {
  readonly page: number
  readonly count: number
  readonly filePage: number
  readonly checksumIndex: number
}

/** The layer's pages among those wanted of one chunk. */
function* listSpansOf({runs, passed}: Layer, firstPage: number, wanted: number): Generator<Span> {
  const endPage = firstPage + PAGES_PER_CHUNK
  const isWanted = (page: number): boolean => (wanted & (1 << (page - firstPage))) !== 0
  for (let index = findRunEndingAfter(runs, firstPage); index < runs.length && runs[index]!.firstPage < endPage; index++) {
    const run = runs[index]!
    const to = Math.min(run.firstPage + run.count, endPage)
    for (let page = Math.max(run.firstPage, firstPage); page < to; page++) {
      if (!isWanted(page)) continue
      let count = 1
      while (page + count < to && isWanted(page + count)) count++
      const inRun = page - run.firstPage
      yield {page, count, filePage: run.filePage + inRun, checksumIndex: passed[index]! + inRun}
      page += count
    }
  }
}

function findRunEndingAfter(runs: readonly PageRun[], page: number): number {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (runs[middle]!.firstPage + runs[middle]!.count <= page) low = middle + 1
    else high = middle
  }
  return low
}

function readSpan({file, checksums}: Layer, {count, filePage, checksumIndex}: Span): Uint8Array {
  const bytes = file.read(filePage * PAGE_BYTES, count * PAGE_BYTES)
  for (let page = 0; page < count; page++)
    if (crc32(bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)) !== checksums[checksumIndex + page])
      throw new StoreDamaged(file.path, `is broken in page ${filePage + page}`)
  return bytes
}
