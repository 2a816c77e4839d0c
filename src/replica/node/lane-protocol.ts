/**
 * What a lane and its owner say to each other. A lane runs one execution on a copy of code and memories; where its fuel ends it blocks until
 * the owner gives more, and at its end it hands over which pages changed.
 *
 * Shared words: [0] state of the lane, [2–3] fuel granted in all as a 64-bit number.
 */

import type {EntryPoint, ExecutionInput, FinishedExecution} from '../canister/runtime.js'
import type {CompiledModule} from '../embedder/types.js'
import type {GlobalValue} from '../state/canister-state.js'
import {CHUNK_BYTES, PAGE_BYTES, PagedMemory} from '../state/paged-memory.js'

export const LANE_STATE = {running: 0, outOfFuel: 1, ended: 2}
export const SHARED_BYTES = 16

export class LaneControl {
  readonly #words: Int32Array
  readonly #fuel: BigInt64Array

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(SHARED_BYTES)) {
    this.#words = new Int32Array(shared)
    this.#fuel = new BigInt64Array(shared)
  }

  get state(): number {
    return Atomics.load(this.#words, 0)
  }

  set state(state: number) {
    Atomics.store(this.#words, 0, state)
    Atomics.notify(this.#words, 0)
  }

  get fuel(): bigint {
    return Atomics.load(this.#fuel, 1)
  }

  set fuel(fuel: bigint) {
    Atomics.store(this.#fuel, 1, fuel)
  }

  /** Blocks the thread while the lane is in this state. */
  waitWhile(state: number): void {
    while (this.state === state) Atomics.wait(this.#words, 0, state)
  }

  /** Resolves when the lane is no longer running. */
  async settled(): Promise<void> {
    while (this.state === LANE_STATE.running) {
      const waiting = Atomics.waitAsync(this.#words, 0, LANE_STATE.running)
      if (waiting.async) await waiting.value
    }
  }
}

/** Chunks or pages that are not all zero, and the size of the memory they belong to. */
export interface MemoryImage {
  readonly sizeBytes: number
  /** Of `CHUNK_BYTES` in a copy, of `PAGE_BYTES` in what changed. */
  readonly unitBytes: number
  readonly units: readonly number[]
  /** One after the other. */
  readonly content: Uint8Array<ArrayBuffer>
}

/** Handed to the lane when it starts. */
export interface LaneTask {
  readonly shared: SharedArrayBuffer
  readonly compiled: Omit<CompiledModule, 'instrumented'>
  readonly entry: EntryPoint
  readonly sandbox: ExecutionInput['sandbox']
  readonly instructionLimit: bigint
  readonly keepsEffects: boolean
  readonly heap: MemoryImage
  readonly stable: MemoryImage
  readonly globals: readonly GlobalValue[] | undefined
}

/** What a lane posts at its end. */
export type LaneResult =
  | {
      readonly kind: 'finished'
      readonly output: FinishedExecution
      /** What changed, of an execution whose effects are kept. */
      readonly changed?: {readonly heap: MemoryImage; readonly stable: MemoryImage; readonly globals: readonly GlobalValue[]}
    }
  | {readonly kind: 'failed'; readonly message: string}

const ZERO_CHUNK = Buffer.alloc(CHUNK_BYTES)

/** Throws RangeError when the system has no memory for it. */
export function copyMemory(memory: PagedMemory): MemoryImage {
  const {sizeBytes} = memory
  const units: number[] = []
  for (let index = 0; index * CHUNK_BYTES < sizeBytes; index++) {
    const chunk = memory.findChunk(index)
    if (chunk && ZERO_CHUNK.compare(chunk) !== 0) units.push(index)
  }
  const content = new Uint8Array(units.length * CHUNK_BYTES)
  units.forEach((index, position) => {
    content.set(memory.findChunk(index)!, position * CHUNK_BYTES)
  })
  return {sizeBytes, unitBytes: CHUNK_BYTES, units, content}
}

/** The pages written since `clearDirty`. */
export function copyChangedPages(memory: PagedMemory): MemoryImage {
  const units = memory.listDirtyPages()
  const content = new Uint8Array(units.length * PAGE_BYTES)
  units.forEach((page, position) => {
    memory.readInto(content.subarray(position * PAGE_BYTES, (position + 1) * PAGE_BYTES), page * PAGE_BYTES)
  })
  return {sizeBytes: memory.sizeBytes, unitBytes: PAGE_BYTES, units, content}
}

/** Writes an image into a memory of the same size or smaller. */
export function applyImage(memory: PagedMemory, {sizeBytes, unitBytes, units, content}: MemoryImage): void {
  if (sizeBytes > memory.sizeBytes) memory.growTo(sizeBytes)
  units.forEach((unit, position) => {
    memory.write(unit * unitBytes, content.subarray(position * unitBytes, (position + 1) * unitBytes))
  })
}

export function memoryOf(image: MemoryImage): PagedMemory {
  const memory = new PagedMemory()
  applyImage(memory, image)
  memory.clearDirty()
  return memory
}
