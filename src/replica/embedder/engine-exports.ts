/** What an instrumented module exports: the engine's own functions, memory and globals, and the canister's functions. */

import {EXPORT_PREFIX} from './emit.js'
import {PAGE_LIST, PAGE_LIST_CAPACITY} from './layout.js'

/** An exported i32 global. */
export interface NumberGlobal {
  value: number
}

interface RawExports {
  readonly getCounter: () => number
  readonly setCounter: (value: number) => void
  readonly begin: (limit: number) => void
  readonly saveGlobals: (address: number) => void
  readonly restoreGlobals: (address: number) => void
  /** `(from, to) → count`, see helpers.ts. */
  readonly collect: (from: number, to: number) => number
  readonly callTable: (index: number, environment: number | bigint) => void
  readonly initData: (apply: number) => void
  readonly start?: () => void
  readonly table?: WebAssembly.Table
  readonly memory: WebAssembly.Memory
  /** Heap size in Wasm pages. */
  readonly pages: NumberGlobal
  /** See STOP. */
  readonly stop: NumberGlobal
  readonly dropped: NumberGlobal
}

export interface EngineExports extends RawExports {
  /** The whole memory, prefix and heap: ask again after every call, because growing detaches the old view. */
  readonly bytes: () => Buffer
  /** The same for short reads: cutting out of a Buffer is slow. */
  readonly plainBytes: () => Uint8Array
  /** Where `collect` lists pages. */
  readonly pageList: () => Uint32Array
}

export function readExports(exports: WebAssembly.Exports): {
  readonly engine: EngineExports
  readonly functions: ReadonlyMap<string, () => void>
} {
  const raw: Record<string, unknown> = {}
  const functions = new Map<string, () => void>()
  for (const [name, value] of Object.entries(exports)) {
    if (name.startsWith(EXPORT_PREFIX.engine)) raw[name.slice(EXPORT_PREFIX.engine.length)] = value
    else functions.set(name.slice(EXPORT_PREFIX.canister.length), value as () => void)
  }
  const engine = raw as unknown as RawExports
  let view = Buffer.from(engine.memory.buffer)
  let list = new Uint32Array(engine.memory.buffer, PAGE_LIST, PAGE_LIST_CAPACITY)
  const bytes = (): Buffer => {
    if (view.length === 0) view = Buffer.from(engine.memory.buffer)
    return view
  }
  let plain = new Uint8Array(engine.memory.buffer)
  const plainBytes = (): Uint8Array => {
    if (plain.length === 0) plain = new Uint8Array(engine.memory.buffer)
    return plain
  }
  const pageList = (): Uint32Array => {
    if (list.length === 0) list = new Uint32Array(engine.memory.buffer, PAGE_LIST, PAGE_LIST_CAPACITY)
    return list
  }
  return {engine: {...engine, bytes, plainBytes, pageList}, functions}
}
