/** What the embedder takes and gives: host functions, compiled modules, instances' images, outcomes of an execution. */

import type {PagedMemory} from '../state/paged-memory.js'

/**
 * How one parameter of a host function reaches JavaScript: `i32` a signed number, `i64` a BigInt, `size` (i32 or i64 by memory width) and
 * `u64` (an i64 in the module) a non-negative number; values above 2^53 are only known to be that large.
 */
export type HostParam = 'i32' | 'i64' | 'size' | 'u64'
/** What a host function returns: `size` a non-negative number, `i64` a BigInt, `i32` a number. */
export type HostResult = 'none' | 'i32' | 'i64' | 'size'

export interface HostFunctionType {
  readonly params: readonly HostParam[]
  readonly result: HostResult
}

/** The functions of import module `ic0`, for modules with a 64-bit or a 32-bit memory. */
export type HostFunctionTable = (isWasm64: boolean) => ReadonlyMap<string, HostFunctionType>

// biome-ignore lint/suspicious/noExplicitAny: the types of the parameters are those of the HostFunctionType
export type HostFunction = (...args: any[]) => unknown

/**
 * How instructions are counted.
 * - `local`: the counter is cached in a local: the fast one. Exact at host calls and at the end, stale after a raw Wasm trap.
 * - `global`: exact also after a raw trap; tells a null table element from a wrong signature. Re-run a trapped message with it.
 * - `refuel`: as exact as `global` in both; asks `hooks.outOfSlice` for fuel where the others end the execution.
 */
export type Variant = 'local' | 'global' | 'refuel'

export interface CompileOptions {
  readonly hostFunctions: HostFunctionTable
  readonly variant: Variant
}

/** `message` has the text of the IC's validation error without its prefix "Canister's Wasm module is not valid: ". */
export interface InvalidModule {
  readonly kind: 'invalid'
  readonly message: string
}

export interface CompiledModule {
  readonly kind: 'compiled'
  readonly module: WebAssembly.Module
  /** The module's instrumented bytes: with `info` all that `compileInstrumented` needs, so that both can be cached. */
  readonly instrumented: Uint8Array
  readonly info: ModuleInfo
}

export interface CustomSection {
  readonly visibility: 'public' | 'private'
  readonly name: string
  readonly content: Uint8Array
}

/** The canister methods and hooks a module exports. */
export interface CanisterMethods {
  readonly update: readonly string[]
  readonly query: readonly string[]
  readonly compositeQuery: readonly string[]
  readonly init: boolean
  readonly preUpgrade: boolean
  readonly postUpgrade: boolean
  readonly inspectMessage: boolean
  readonly heartbeat: boolean
  readonly globalTimer: boolean
  readonly onLowWasmMemory: boolean
  readonly start: boolean
}

export type GlobalType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** A global that is part of a canister's state: mutable, or exported. */
export interface PersistentGlobal {
  readonly type: GlobalType
  readonly isMutable: boolean
}

/** The value of a persistent global; `bits` is its bit pattern as an unsigned integer. */
export interface GlobalValue {
  readonly type: GlobalType
  readonly bits: bigint
}

/** What is known of a module without running it. Plain data: survives structured clone. */
export interface ModuleInfo {
  readonly variant: Variant
  readonly isWasm64: boolean
  readonly hasMemory: boolean
  readonly initialPages: number
  /** The largest heap in Wasm pages: as declared, capped by what the engine can give. */
  readonly maximumPages: number
  /** Names of the exported functions. */
  readonly exports: readonly string[]
  readonly methods: CanisterMethods
  readonly customSections: readonly CustomSection[]
  /** Instructions in the module: the IC charges 6,000 for compiling each. */
  readonly instructionCount: number
  /** The persistent globals in module order. */
  readonly globals: readonly PersistentGlobal[]
  /** The host functions that the module imports. */
  readonly imports: readonly string[]
  /** Original function index → name, from the name section. */
  readonly functionNames: ReadonlyMap<number, string>
  /** Instrumented index = original index + this, for functions that are not imported. */
  readonly functionShift: number
  /** Imported functions of the original, and all its functions. */
  readonly importedFunctions: number
  readonly functionCount: number
  /** It contains `data.drop`: an instance may need to be replaced after a message. */
  readonly needsFreshInstance: boolean
}

/** A heap and globals to start an instance from. */
export interface InstanceImage {
  readonly heap: PagedMemory
  readonly globals: readonly GlobalValue[]
}

/** What an instance asks its owner. Each may throw `HostTrap`. */
export interface InstanceHooks {
  /** Before the heap grows; false makes `memory.grow` return -1. */
  growMemory(fromPages: number, deltaPages: number): boolean
  /** Variant `refuel` only: the slice is used up. Returns the fuel of the next one (may block first); 0 ends the execution. */
  outOfSlice?(): number
}

export type TrapKind =
  | 'stack overflow'
  | 'heap out of bounds'
  | 'table out of bounds'
  | 'signature mismatch'
  | 'integer division by 0'
  | 'unreachable'
  | 'stable memory out of bounds'
  | 'unknown'

export type RunOutcome =
  | {readonly kind: 'ok'}
  | {readonly kind: 'trap'; readonly trap: TrapKind; readonly backtrace: readonly string[]}
  | {readonly kind: 'outOfInstructions'}
  | {readonly kind: 'hostTrap'; readonly cause: unknown; readonly backtrace: readonly string[]}
  | {readonly kind: 'noSuchFunction'}
