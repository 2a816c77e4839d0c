/**
 * One canister's running Wasm: begin a message, call, then commit into its PagedMemory or roll back to it.
 *
 * The PagedMemory given to `commit` and `rollback` is always the last committed state of this instance. A message that ended in a raw trap
 * under variant `local` has an inexact instruction count: roll back and run it again on an instance of variant `global` for the exact one.
 */

import {invariant} from '../../base/invariant.js'
import {CHUNK_BYTES, type PagedMemory} from '../state/paged-memory.js'
import {DirtyPages, loadHeap} from './dirty-pages.js'
import {IMPORT_MODULE} from './emit.js'
import {type EngineExports, readExports} from './engine-exports.js'
import {InstructionsExhausted} from './errors.js'
import {readGlobals, writeGlobals} from './global-values.js'
import {EXCHANGED_GLOBALS, HEAP_BASE, SAVED_GLOBALS} from './layout.js'
import {describeFailure, OK} from './outcome.js'
import type {CompiledModule, GlobalValue, HostFunction, InstanceHooks, InstanceImage, ModuleInfo, RunOutcome} from './types.js'

/** V8 keeps ten unless told otherwise; a panic in Rust has more than that of its own. */
const MAX_BACKTRACE_FRAMES = 50
const NO_SUCH_FUNCTION: RunOutcome = {kind: 'noSuchFunction'}

/**
 * Starts an instance: from an image (data segments are not applied), or afresh (they are, and their pages count as written by the next
 * message). Throws RangeError when the system has no memory for it.
 */
export function instantiate(
  compiled: CompiledModule,
  imports: Readonly<Record<string, HostFunction>>,
  hooks: InstanceHooks,
  image?: InstanceImage,
): WasmInstance {
  return new WasmInstance(compiled, imports, hooks, image)
}

export class WasmInstance {
  readonly info: ModuleInfo
  readonly #engine: EngineExports
  readonly #functions: ReadonlyMap<string, () => void>
  readonly #hooks: InstanceHooks
  readonly #dirty: DirtyPages
  /** Instructions the execution was given: by `begin` and each slice since. */
  #fuel = 0
  /** What it may use in all. */
  #limit = 0
  #isOversized = false

  constructor(compiled: CompiledModule, imports: Readonly<Record<string, HostFunction>>, hooks: InstanceHooks, image?: InstanceImage) {
    this.info = compiled.info
    this.#hooks = hooks
    const instance = new WebAssembly.Instance(compiled.module, {
      [IMPORT_MODULE.host]: imports,
      [IMPORT_MODULE.engine]: {
        growMemory: (from: number, delta: number) => (hooks.growMemory(from, delta) ? 1 : 0),
        outOfSlice: () => this.#refuel(),
      },
    } as WebAssembly.Imports)
    const {engine, functions} = readExports(instance.exports)
    this.#engine = engine
    this.#functions = functions
    this.#dirty = new DirtyPages(engine)
    if (image) this.#load(image)
    else this.#engine.initData(1)
  }

  /** Size of the heap. */
  get heapBytes(): number {
    // Asking the global takes four times as long.
    return this.#isOversized ? this.#engine.pages.value * CHUNK_BYTES : this.#engine.bytes().length - HEAP_BASE
  }

  /** True when this instance no longer behaves as one newly made from the committed state would: drop it and make that one. */
  get needsFreshInstance(): boolean {
    return this.#engine.dropped.value !== 0
  }

  /**
   * True after a rollback of growth: memory cannot shrink, so that an access beyond the heap finds zeros where a new instance would trap.
   * Good for what is not replicated.
   */
  get isOversized(): boolean {
    return this.#isOversized
  }

  /**
   * Starts a message with `fuel` instructions (below 2^53) and remembers the globals for `rollback`. `limit` bounds what is counted: an
   * execution that ends between two checks may have used more than it was given.
   */
  begin(fuel: number, limit = fuel): void {
    this.#fuel = fuel
    this.#limit = limit
    this.#engine.begin(fuel)
  }

  /** Calls an exported function of type `() -> ()`. */
  callExport(name: string): RunOutcome {
    const target = this.#functions.get(name)
    return target ? this.#run(target) : NO_SUCH_FUNCTION
  }

  /** Calls the module's start function, if it has one. */
  runStart(): RunOutcome {
    const {start} = this.#engine
    return start ? this.#run(start) : OK
  }

  /** Calls element `index` of table 0 as a callback `(env: I) -> ()`; another type counts as no such function. */
  callTable(index: number, environment: bigint): RunOutcome {
    const {table, callTable} = this.#engine
    if (!table || index >= table.length || table.get(index) === null) return NO_SUCH_FUNCTION
    const argument = this.info.isWasm64 ? environment : Number(BigInt.asIntN(32, environment))
    const before = this.#engine.getCounter()
    const outcome = this.#run(() => callTable(index, argument))
    // A function charges its entry before anything else: with nothing charged, it was this call's type that did not match.
    const isOwnType = outcome.kind !== 'trap' || outcome.trap !== 'signature mismatch' || this.#engine.getCounter() !== before
    return isOwnType ? outcome : NO_SUCH_FUNCTION
  }

  /** Instructions since `begin`, at most the limit. */
  instructionsUsed(): number {
    return Math.min(this.#limit, this.#fuel - this.#engine.getCounter())
  }

  /** Instructions left, never negative; in variant `refuel` of the slice. */
  remaining(): number {
    return Math.max(0, this.#engine.getCounter())
  }

  /** For host functions: charges `instructions`; ends the execution when they are more than what is left. */
  charge(instructions: number): void {
    const left = this.#engine.getCounter() - instructions
    this.#engine.setCounter(left)
    if (left >= 0) return
    if (this.info.variant !== 'refuel') throw new InstructionsExhausted()
    this.#refuel()
  }

  /** A copy of heap bytes; the range must lie inside. */
  readHeap(address: number, length: number): Uint8Array {
    this.#checkRange(address, length)
    return this.#engine.plainBytes().slice(HEAP_BASE + address, HEAP_BASE + address + length)
  }

  /** Writes heap bytes; the range must lie inside. */
  writeHeap(address: number, bytes: Uint8Array): void {
    this.#checkRange(address, bytes.length)
    if (bytes.length === 0) return
    const memory = this.#engine.bytes()
    memory.set(bytes, HEAP_BASE + address)
    this.#dirty.mark(address, bytes.length)
  }

  /** How many 4 KiB pages differ from `committed`: what the IC charges for. Neither commits nor rolls back. */
  countChangedPages(committed: PagedMemory): number {
    return this.#dirty.findChanged(committed, this.heapBytes).length
  }

  /** Makes the heap the committed state: copies the pages that changed into `committed` and returns their numbers, ascending. */
  commit(committed: PagedMemory): readonly number[] {
    const {heapBytes} = this
    if (committed.sizeBytes < heapBytes) committed.growTo(heapBytes)
    return this.#dirty.commit(committed, heapBytes)
  }

  /** Undoes everything since `begin`: heap, its size, globals. */
  rollback(committed: PagedMemory): void {
    this.#dirty.rollback(committed)
    this.#engine.restoreGlobals(SAVED_GLOBALS)
    if (committed.sizeBytes === this.heapBytes) return
    this.#engine.pages.value = committed.sizeBytes / CHUNK_BYTES
    this.#isOversized = true
  }

  /** The values of the persistent globals (`info.globals`) as they are now. */
  exportGlobals(): GlobalValue[] {
    this.#engine.saveGlobals(EXCHANGED_GLOBALS)
    return readGlobals(this.#engine.memory.buffer, this.info.globals)
  }

  #load({heap, globals}: InstanceImage): void {
    const {memory, pages, initData, restoreGlobals} = this.#engine
    invariant(globals.length === this.info.globals.length, 'an image has the globals of its module')
    const missing = heap.sizeBytes / CHUNK_BYTES - pages.value
    invariant(missing >= 0, 'an image has at least the initial size')
    if (missing > 0) memory.grow(missing)
    pages.value = heap.sizeBytes / CHUNK_BYTES
    loadHeap(this.#engine.bytes(), heap)
    writeGlobals(memory.buffer, globals)
    restoreGlobals(EXCHANGED_GLOBALS)
    initData(0)
  }

  #run(target: () => void): RunOutcome {
    return this.info.functionNames.size > 0 ? this.#runWithBacktrace(target) : this.#runPlain(target)
  }

  #runWithBacktrace(target: () => void): RunOutcome {
    const {stackTraceLimit} = Error
    Error.stackTraceLimit = MAX_BACKTRACE_FRAMES
    try {
      return this.#runPlain(target)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  #runPlain(target: () => void): RunOutcome {
    try {
      target()
      return OK
    } catch (error) {
      const outcome = describeFailure(error, this.#engine.stop.value, this.info)
      if (outcome.kind === 'trap' && outcome.trap === 'heap out of bounds') this.#dirty.expectStrayMark()
      return outcome
    }
  }

  /** Brings a negative counter back to zero or more with the fuel of further slices. */
  #refuel(): void {
    const {getCounter, setCounter} = this.#engine
    while (getCounter() < 0) {
      const fuel = this.#hooks.outOfSlice?.() ?? 0
      if (fuel <= 0) throw new InstructionsExhausted()
      this.#fuel += fuel
      this.#limit = Math.max(this.#limit, this.#fuel)
      setCounter(getCounter() + fuel)
    }
  }

  #checkRange(address: number, length: number): void {
    invariant(address >= 0 && length >= 0 && address + length <= this.heapBytes, 'a host function checks ranges before it uses them')
  }
}
