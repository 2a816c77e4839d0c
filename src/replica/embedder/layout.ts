/**
 * The prefix of an instance's memory, before the canister's heap:
 *
 *     0         dirty map: one byte for each 4 KiB page of 4 GiB, 1 = written
 *     1 MiB     saved globals: 16 bytes each, as they were when the message began
 *     +16 KiB   exchanged globals: the same layout, for JavaScript
 *     +32 KiB   resume offset of `collect` (4 bytes), then the list of dirty pages (4 bytes each)
 *     +64 KiB   heap
 *
 * The prefix costs nothing at run time: it is added to the constant offset of each load and store (design: `engine.md` section 3).
 */

import {CHUNK_BYTES} from '../state/paged-memory.js'
import {MAX_WASM32_PAGES} from './limits.js'

export const DIRTY_MAP_BYTES = 0x10_0000
export const GLOBAL_SLOT_BYTES = 16
export const SAVED_GLOBALS = DIRTY_MAP_BYTES
export const EXCHANGED_GLOBALS = SAVED_GLOBALS + 0x4000
export const COLLECT_RESUME = SAVED_GLOBALS + 0x8000
export const PAGE_LIST = COLLECT_RESUME + 8
export const HEAP_BASE = SAVED_GLOBALS + CHUNK_BYTES
/** How many pages one `collect` may list. */
export const PAGE_LIST_CAPACITY = (HEAP_BASE - PAGE_LIST) / 4

export const PREFIX_PAGES = HEAP_BASE / CHUNK_BYTES
/** The largest heap this engine gives: a 32-bit memory less the prefix. A declared deviation: the IC gives 65,536 (wasm64: 98,304). */
export const MAX_HEAP_PAGES = MAX_WASM32_PAGES - PREFIX_PAGES

/** The largest number of bytes by which a store can reach into the page after its first byte's (a vector has 16). */
export const PAGE_OVERHANG = 15
