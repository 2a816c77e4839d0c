/**
 * The runtime on V8: finds or builds the instance, runs the entry point in a sandbox, then commits or rolls back.
 *
 * After a raw Wasm trap the fast variant's instruction count is stale: such a message runs once more in the exact variant, on an
 * instance of its own. Both runs start from the same snapshot, so that the second differs in nothing but the count.
 */

import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {CompiledModule, InvalidModule, ModuleInfo, Variant} from '../embedder/types.js'
import {CHUNK_BYTES, type PagedMemory} from '../state/paged-memory.js'
import {isReplicated} from '../system-api/modes.js'
import {toEngineGlobals} from './global-values.js'
import {InstanceCache, type LiveInstance} from './instance-cache.js'
import type {Lanes} from './lanes.js'
import {type Gunzip, ModuleCache} from './module-cache.js'
import {runEntry} from './run-entry.js'
import type {ExecutableCode, ExecutionInput, ExecutionOutput, ModuleCode, Runtime} from './runtime.js'

export interface WasmRuntimeOptions {
  readonly gunzip: Gunzip
  /** Bytes of heaps in the instances kept; 2 GiB unless said otherwise. */
  readonly cacheBytes?: number
  /** Forgets everything before each execution: for the test that this changes nothing. */
  readonly isAmnesiac?: boolean
  /** Where paused executions go on; without lanes they are executed anew from the beginning, with more fuel. */
  readonly lanes?: Lanes
}

export class WasmRuntime implements Runtime {
  readonly #modules: ModuleCache
  readonly #instances: InstanceCache
  readonly #isAmnesiac: boolean
  readonly #lanes: Lanes | undefined

  constructor({gunzip, cacheBytes, isAmnesiac = false, lanes}: WasmRuntimeOptions) {
    this.#modules = new ModuleCache(gunzip)
    this.#instances = new InstanceCache(cacheBytes)
    this.#isAmnesiac = isAmnesiac
    this.#lanes = lanes
  }

  inspectModule(module: ModuleCode): ModuleInfo | InvalidModule {
    const compiled = this.#modules.compile(module, 'local')
    return compiled.kind === 'invalid' ? compiled : compiled.info
  }

  run(input: ExecutionInput): ExecutionOutput {
    if (this.#isAmnesiac) this.forgetAll()
    const first = this.#runVariant(input, 'local')
    const exact = first.kind === 'inexact' ? this.#runVariant(input, 'global') : first
    invariant(exact.kind !== 'inexact', 'the exact variant counts exactly')
    return exact
  }

  proceed(input: ExecutionInput): void {
    if (!this.#lanes) return
    const {id} = input.sandbox.canister
    if (this.#lanes.has(id)) this.#lanes.refuel(id, input.fuel!)
    else this.#lanes.start({input, compiled: this.#compile(input.code.module, 'refuel')})
  }

  collect(input: ExecutionInput): ExecutionOutput {
    if (this.#isAmnesiac) this.forgetAll()
    if (!this.#lanes) return this.run(input)
    if (!this.#lanes.has(input.sandbox.canister.id)) this.proceed(input)
    return this.#lanes.collect(input) ?? this.run(input)
  }

  abandon(canisterId: CanisterId): void {
    this.#lanes?.discard(canisterId)
  }

  release(heap: PagedMemory): void {
    this.#instances.drop(heap)
  }

  forgetAll(): void {
    this.#instances.clear()
    this.#modules.clear()
    this.#lanes?.discardAll()
  }

  #runVariant(input: ExecutionInput, variant: Variant): ReturnType<typeof runEntry> {
    const {code} = input
    const live = this.#acquire(input, variant)
    const output = runEntry(live, input, variant)
    const kept = output.kind === 'finished' && output.result.kind === 'success' ? output.result.code : undefined
    if (!kept) live.wasm.rollback(code.heap)
    // Instances of the exact variant are made for one execution.
    if (variant === 'local') this.#keep(live, kept ?? code)
    return output
  }

  #acquire({code, entry, sandbox}: ExecutionInput, variant: Variant): LiveInstance {
    const compiled = this.#compile(code.module, variant)
    if (entry.kind === 'start') return createFirstInstance(this.#instances, compiled, code, entry.keepsHeap)
    const taken = this.#instances.take(code.heap, code.heapVersion, compiled)
    // Queries that grow a large heap should not make an instance each time.
    const isExact = !taken?.wasm.isOversized || !isReplicated(sandbox.mode)
    return taken && isExact ? taken : createInstanceOf(this.#instances, compiled, code)
  }

  #compile(module: ModuleCode, variant: Variant): CompiledModule {
    const compiled = this.#modules.compile(module, variant)
    invariant(compiled.kind === 'compiled', 'only modules that passed inspection are run')
    return compiled
  }

  /** Keeps the instance for the next execution on `code`, when it is one that can go on. */
  #keep(live: LiveInstance, {heap, heapVersion, globals}: ExecutableCode): void {
    live.heapVersion = heapVersion
    if (globals && !live.wasm.needsFreshInstance) this.#instances.keep(heap, live)
  }
}

/** Makes instances: the cache, or a lane, which has no other. */
export type InstanceMaker = Pick<InstanceCache, 'create'>

/** An instance of code that ran before. */
export function createInstanceOf(maker: InstanceMaker, compiled: CompiledModule, code: ExecutableCode): LiveInstance {
  invariant(code.globals, 'globals are known after the first run of a module')
  return maker.create(compiled, code.heapVersion, {heap: code.heap, globals: toEngineGlobals(code.globals)})
}

/** The first instance of a module. Data segments belong to the new heap as it is, not to what the first execution writes. */
export function createFirstInstance(
  maker: InstanceMaker,
  compiled: CompiledModule,
  {heap, heapVersion}: ExecutableCode,
  keepsHeap: boolean,
): LiveInstance {
  const fresh = maker.create(compiled, heapVersion)
  if (!keepsHeap) {
    fresh.wasm.commit(heap)
    return fresh
  }
  const initialBytes = compiled.info.initialPages * CHUNK_BYTES
  if (heap.sizeBytes < initialBytes) heap.growTo(initialBytes)
  return maker.create(compiled, heapVersion, {heap, globals: fresh.wasm.exportGlobals()})
}
