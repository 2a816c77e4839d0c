/** Stable memory, 64-bit and 32-bit. */

import {PAGE_BYTES} from '../../state/paged-memory.js'
import {failure, trapped} from '../errors.js'
import {MAX_STABLE_BYTES, MAX_STABLE32_BYTES, STABLE_ACCESS_BYTES, STABLE_DIRTY_PAGE_INSTRUCTIONS} from '../limits.js'
import type {Sandbox} from '../sandbox.js'
import {WASM_PAGE_BYTES} from '../stable-overlay.js'

export const stableMemoryFunctions = {
  stable_size(sandbox: Sandbox): number {
    return pagesOf32(sandbox)
  },

  stable_grow(sandbox: Sandbox, pages: number): number {
    pagesOf32(sandbox)
    return grow(sandbox, pages, MAX_STABLE32_BYTES)
  },

  stable_write(sandbox: Sandbox, offset: number, source: number, length: number): void {
    pagesOf32(sandbox)
    write(sandbox, offset, source, length)
  },

  stable_read(sandbox: Sandbox, destination: number, offset: number, length: number): void {
    pagesOf32(sandbox)
    read(sandbox, destination, offset, length)
  },

  stable64_size(sandbox: Sandbox): bigint {
    return BigInt(sandbox.stable.sizeBytes / WASM_PAGE_BYTES)
  },

  stable64_grow(sandbox: Sandbox, pages: number): bigint {
    return BigInt(grow(sandbox, pages, MAX_STABLE_BYTES))
  },

  stable64_write: write,
  stable64_read: read,
}

/** The size in Wasm pages, where the 32-bit functions still work. */
function pagesOf32(sandbox: Sandbox): number {
  const {sizeBytes} = sandbox.stable
  if (sizeBytes > MAX_STABLE32_BYTES) throw trapped('32 bit stable memory api used on a memory larger than 4GB')
  return sizeBytes / WASM_PAGE_BYTES
}

/** The size before, in Wasm pages, or -1. */
function grow(sandbox: Sandbox, pages: number, maximumBytes: number): number {
  const before = sandbox.stable.sizeBytes
  const added = pages * WASM_PAGE_BYTES
  if (before + added > maximumBytes) return -1
  if (added > 0 && !sandbox.growStable(added)) return -1
  return before / WASM_PAGE_BYTES
}

function write(sandbox: Sandbox, offset: number, source: number, length: number): void {
  if (length === 0) return
  checkRanges(sandbox, offset, source, length)
  sandbox.stable.touch(offset, length)
  const newPages = sandbox.stable.countCleanPages(offset, length)
  if ((sandbox.stable.dirtyPages + newPages) * PAGE_BYTES > accessLimit(sandbox)) throw tooManyPages(MODIFIED)
  sandbox.host.charge(newPages * STABLE_DIRTY_PAGE_INSTRUCTIONS)
  sandbox.stable.write(offset, sandbox.host.readHeap(source, length))
}

function read(sandbox: Sandbox, destination: number, offset: number, length: number): void {
  if (length === 0) return
  checkRanges(sandbox, offset, destination, length)
  sandbox.stable.touch(offset, length)
  if (sandbox.stable.accessedPages * PAGE_BYTES > accessLimit(sandbox)) throw tooManyPages(ACCESSED)
  sandbox.host.writeHeap(destination, sandbox.stable.read(offset, length))
}

function checkRanges(sandbox: Sandbox, offset: number, pointer: number, length: number): void {
  if (offset + length > sandbox.stable.sizeBytes) throw trapped('stable memory out of bounds')
  if (pointer + length > sandbox.host.heapBytes) throw trapped('heap out of bounds')
}

function accessLimit({mode}: Sandbox): number {
  if (['s', 'I', 'G'].includes(mode)) return STABLE_ACCESS_BYTES.install
  return ['U', 'Ry', 'Rt', 'C', 'T'].includes(mode) ? STABLE_ACCESS_BYTES.message : STABLE_ACCESS_BYTES.query
}

const MODIFIED =
  'the number of modified pages in the stable memory in a single execution: limit 2097152 KB for regular messages, ' +
  '8388608 KB for upgrade messages and 1048576 KB for queries.'
const ACCESSED =
  'the number of accessed pages in the stable memory in a single message execution: limit 2097152 KB for regular messages ' +
  'and 1048576 KB for queries.'

function tooManyPages(what: string): Error {
  return failure('IC0524', `Canister exceeded memory access limits: Exceeded the limit for ${what}`)
}
