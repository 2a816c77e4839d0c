/**
 * Live Wasm instances. Each belongs to one heap object and is valid at the version it was left at; otherwise it is built anew from pages.
 *
 * They are kept while their heaps weigh no more than 2 GiB, each counted with 1 MiB at least: so there are never more than 2,048, and an
 * instance reserves address space of which a process has room for about 13,000 (measured 2026-11, Node 20).
 */

import {instantiate, type WasmInstance} from '../embedder/instance.js'
import type {CompiledModule, InstanceImage} from '../embedder/types.js'
import type {PagedMemory} from '../state/paged-memory.js'
import {createImports, type SandboxSlot} from '../system-api/imports.js'
import {LruCache} from './lru-cache.js'

const CACHE_BYTES = 2 ** 31
const LEAST_INSTANCE_BYTES = 2 ** 20

/** An instance with the slot its imports look into. */
export interface LiveInstance {
  readonly wasm: WasmInstance
  readonly slot: SandboxSlot
  readonly compiled: CompiledModule
  heapVersion: number
}

export class InstanceCache {
  readonly #instances: LruCache<PagedMemory, LiveInstance>

  constructor(cacheBytes = CACHE_BYTES) {
    this.#instances = new LruCache(cacheBytes)
  }

  /**
   * The instance that was left at this version of the heap with this module. It is out of the cache until `keep`: should a bug throw while
   * it runs, nobody finds it as it then is.
   */
  take(heap: PagedMemory, heapVersion: number, compiled: CompiledModule): LiveInstance | undefined {
    const instance = this.#instances.find(heap)
    if (instance?.compiled !== compiled) return undefined
    this.#instances.delete(heap)
    return instance.heapVersion === heapVersion ? instance : undefined
  }

  keep(heap: PagedMemory, instance: LiveInstance): void {
    this.#instances.set(heap, instance, Math.max(instance.wasm.heapBytes, LEAST_INSTANCE_BYTES))
  }

  drop(heap: PagedMemory): void {
    this.#instances.delete(heap)
  }

  clear(): void {
    this.#instances.clear()
  }

  /** Makes an instance; when the system has no memory for it, once more without all the others. */
  create(compiled: CompiledModule, heapVersion: number, image?: InstanceImage): LiveInstance {
    try {
      return createInstance(compiled, heapVersion, image)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.clear()
      return createInstance(compiled, heapVersion, image)
    }
  }
}

/** `outOfSlice` as in `InstanceHooks`. */
export function createInstance(
  compiled: CompiledModule,
  heapVersion: number,
  image: InstanceImage | undefined,
  outOfSlice?: () => number,
): LiveInstance {
  const slot: SandboxSlot = {sandbox: undefined}
  const hooks = {
    growMemory: (fromPages: number, deltaPages: number) => slot.sandbox?.growHeap(fromPages * 65_536, deltaPages * 65_536) ?? false,
    ...(outOfSlice && {outOfSlice}),
  }
  const imports = createImports(slot)
  const used = Object.fromEntries(compiled.info.imports.map((name) => [name, imports[name]!]))
  return {wasm: instantiate(compiled, used, hooks, image), slot, compiled, heapVersion}
}
