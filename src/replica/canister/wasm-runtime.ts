/**
 * The runtime on V8: finds or builds the instance, runs the entry point in a sandbox, then commits or rolls back.
 *
 * After a raw Wasm trap the fast variant's instruction count is stale: such a message runs once more in the exact variant, on an
 * instance of its own. Both runs start from the same snapshot, so that the second differs in nothing but the count.
 */

import {invariant} from '../../base/invariant.js'
import type {CompiledModule, InvalidModule, ModuleInfo, RunOutcome, Variant} from '../embedder/types.js'
import {CHUNK_BYTES, type PagedMemory} from '../state/paged-memory.js'
import {type ExecutionMode, isReplicated} from '../system-api/modes.js'
import {Sandbox} from '../system-api/sandbox.js'
import type {SystemStateChanges} from '../system-api/system-state-changes.js'
import {fromEngineGlobals, toEngineGlobals} from './global-values.js'
import {InstanceCache, type LiveInstance} from './instance-cache.js'
import {type Gunzip, ModuleCache} from './module-cache.js'
import {errorOfOutcome} from './outcome-error.js'
import type {ExecutableCode, ExecutedCode, ExecutionInput, FinishedExecution, ModuleCode, Runtime} from './runtime.js'

export interface WasmRuntimeOptions {
  readonly gunzip: Gunzip
  /** Bytes of heaps in the instances kept; 2 GiB unless said otherwise. */
  readonly cacheBytes?: number
  /** Forgets everything before each execution: for the test that this changes nothing. */
  readonly isAmnesiac?: boolean
}

/** Instructions for each 4 KiB heap page that an execution changed. Digest system-api section 8. */
const CHANGED_PAGE_INSTRUCTIONS = {wasm32: 1_000, wasm64: 4_000}
const FREE_OF_PAGE_CHARGE: readonly ExecutionMode[] = ['RQ', 'NRQ', 'TQ', 'F']

export class WasmRuntime implements Runtime {
  readonly #modules: ModuleCache
  readonly #instances: InstanceCache
  readonly #isAmnesiac: boolean

  constructor({gunzip, cacheBytes, isAmnesiac = false}: WasmRuntimeOptions) {
    this.#modules = new ModuleCache(gunzip)
    this.#instances = new InstanceCache(cacheBytes)
    this.#isAmnesiac = isAmnesiac
  }

  inspectModule(module: ModuleCode): ModuleInfo | InvalidModule {
    const compiled = this.#modules.compile(module, 'local')
    return compiled.kind === 'invalid' ? compiled : compiled.info
  }

  run(input: ExecutionInput): FinishedExecution {
    if (this.#isAmnesiac) this.forgetAll()
    const first = this.#runVariant(input, 'local')
    return first === 'inexact' ? (this.#runVariant(input, 'global') as FinishedExecution) : first
  }

  release(heap: PagedMemory): void {
    this.#instances.drop(heap)
  }

  forgetAll(): void {
    this.#instances.clear()
    this.#modules.clear()
  }

  /** `inexact`: a raw trap under the fast variant; everything is rolled back. */
  #runVariant(input: ExecutionInput, variant: Variant): FinishedExecution | 'inexact' {
    const {code, entry, sandbox: facts} = input
    const live = this.#acquire(input, variant)
    const sandbox = new Sandbox(facts, live.wasm, code.stable)
    const outcome = enter(live, sandbox, input)
    if (outcome.kind === 'trap' && variant === 'local') {
      this.#undo(live, code, variant)
      return 'inexact'
    }
    const error = errorOfOutcome(outcome, entry, input.instructionLimit)
    if (error?.errorCode === 'IC0502' && isReplicated(facts.mode))
      sandbox.log.appendTrap(error.description.replace('Canister trapped: ', ''))
    const instructions = countInstructions(live, input)
    const logs = sandbox.log.records
    if (error) {
      this.#undo(live, code, variant)
      return {kind: 'finished', instructions, logs, result: {kind: 'failure', error}}
    }
    const changes = sandbox.finish()
    if (!keepsEffects(input, changes)) {
      this.#undo(live, code, variant)
      return {kind: 'finished', instructions, logs, result: {kind: 'success', changes}}
    }
    const changed = commit(live, sandbox, input)
    this.#keep(live, changed)
    return {kind: 'finished', instructions, logs, result: {kind: 'success', changes, code: changed}}
  }

  #acquire({code, entry}: ExecutionInput, variant: Variant): LiveInstance {
    const compiled = this.#modules.compile(code.module, variant)
    invariant(compiled.kind === 'compiled', 'only modules that passed inspection are run')
    if (entry.kind === 'start') return this.#createFirst(compiled, code, entry.keepsHeap)
    invariant(code.globals, 'globals are known after the first run of a module')
    const taken = this.#instances.take(code.heap, code.heapVersion, compiled)
    return taken ?? this.#instances.create(compiled, code.heapVersion, {heap: code.heap, globals: toEngineGlobals(code.globals)})
  }

  /** Data segments belong to the new heap as it is, not to what the first execution writes. */
  #createFirst(compiled: CompiledModule, {heap, heapVersion}: ExecutableCode, keepsHeap: boolean): LiveInstance {
    const fresh = this.#instances.create(compiled, heapVersion)
    if (!keepsHeap) {
      fresh.wasm.commit(heap)
      return fresh
    }
    const initialBytes = compiled.info.initialPages * CHUNK_BYTES
    if (heap.sizeBytes < initialBytes) heap.growTo(initialBytes)
    return this.#instances.create(compiled, heapVersion, {heap, globals: fresh.wasm.exportGlobals()})
  }

  /** Takes back what the execution did. Instances of the exact variant are made for one execution. */
  #undo(live: LiveInstance, code: ExecutableCode, variant: Variant): void {
    live.wasm.rollback(code.heap)
    if (variant === 'local') this.#keep(live, code)
  }

  /** Keeps the instance for the next execution on `code`, when it is one that can go on. */
  #keep(live: LiveInstance, {heap, heapVersion, globals}: ExecutableCode): void {
    live.heapVersion = heapVersion
    if (globals && !live.wasm.needsFreshInstance) this.#instances.keep(heap, live)
  }
}

function enter(live: LiveInstance, sandbox: Sandbox, {entry, instructionLimit}: ExecutionInput): RunOutcome {
  const {wasm, slot} = live
  wasm.begin(Number(instructionLimit))
  slot.sandbox = sandbox
  try {
    switch (entry.kind) {
      case 'start':
        return wasm.runStart()
      case 'export':
        return wasm.callExport(entry.name)
      case 'closure':
        return wasm.callTable(entry.closure.tableIndex, entry.closure.env)
    }
  } finally {
    slot.sandbox = undefined
  }
}

/** Of the execution, and of the heap pages it changed: these up to what was left of the limit. */
function countInstructions({wasm}: LiveInstance, {code, sandbox, instructionLimit}: ExecutionInput): bigint {
  const used = BigInt(wasm.instructionsUsed())
  if (FREE_OF_PAGE_CHARGE.includes(sandbox.mode)) return used
  const price = wasm.info.isWasm64 ? CHANGED_PAGE_INSTRUCTIONS.wasm64 : CHANGED_PAGE_INSTRUCTIONS.wasm32
  const charged = used + BigInt(wasm.countChangedPages(code.heap) * price)
  return charged < instructionLimit ? charged : instructionLimit
}

function keepsEffects({effects}: ExecutionInput, {answer, calls}: SystemStateChanges): boolean {
  return effects === 'keep' || effects === 'fork' || (effects === 'forkToWait' && !answer && calls.length > 0)
}

function commit({wasm}: LiveInstance, sandbox: Sandbox, {code, effects}: ExecutionInput): ExecutedCode {
  const heap = effects === 'keep' ? code.heap : code.heap.clone()
  const stable = effects === 'keep' ? code.stable : code.stable.clone()
  wasm.commit(heap)
  sandbox.stable.apply(stable)
  const globals = fromEngineGlobals(wasm.exportGlobals())
  return {module: code.module, heap, stable, globals, heapVersion: code.heapVersion + 1}
}
