/**
 * The seam between the state and the Wasm engine: one execution in, one outcome out, plain data both ways.
 *
 * A runtime is a cache. It may be emptied at any moment without changing a result, and it never calls back into the state.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {InvalidModule, ModuleInfo} from '../embedder/types.js'
import type {Closure} from '../state/call-contexts.js'
import type {GlobalValue, InstalledModule} from '../state/canister-state.js'
import type {PagedMemory} from '../state/paged-memory.js'
import type {ExecutionError} from '../system-api/errors.js'
import type {SandboxInput} from '../system-api/sandbox-input.js'
import type {SystemStateChanges} from '../system-api/system-state-changes.js'

export interface Runtime {
  /** Decodes, checks and compiles a module, or recalls it. `message` of an invalid one is complete, with its prefix. */
  inspectModule(module: ModuleCode): ModuleInfo | InvalidModule
  /** Runs until the end, or until `fuel` is used up: then the execution is paused, and nothing has changed. */
  run(input: ExecutionInput): ExecutionOutput
  /** Lets a paused execution use up to a larger `fuel`, meanwhile, in a lane of its canister. */
  proceed(input: ExecutionInput): void
  /** The outcome of `proceed`, which was given the same input: what `run` would give. Without the lane it is computed anew. */
  collect(input: ExecutionInput): ExecutionOutput
  /** Gives up the lane of a canister. */
  abandon(canisterId: CanisterId): void
  /** Drops the instance that belongs to a heap nobody will run on again, e.g. the fork of a query. */
  release(heap: PagedMemory): void
  /** Forgets every instance, heap copy and module: the next execution rebuilds what it needs. Changes no result. */
  forgetAll(): void
}

/** The module as uploaded, possibly gzipped, and its SHA-256. */
export type ModuleCode = Pick<InstalledModule, 'wasm' | 'hash'>

/** Code and memories to run on; `InstalledCode` is one. */
export interface ExecutableCode {
  readonly module: ModuleCode
  readonly heap: PagedMemory
  readonly stable: PagedMemory
  /** Absent on the first run of a module: globals then start as the module says. */
  readonly globals?: readonly GlobalValue[]
  /** With the identity of `heap` what tells whether an instance is still valid. */
  readonly heapVersion: number
}

export type EntryPoint =
  | {readonly kind: 'export'; readonly name: string}
  | {readonly kind: 'closure'; readonly closure: Closure}
  /**
   * The first run of a module on a new heap, or on the one an upgrade keeps: fills a new heap with the data segments and runs the start
   * function, if there is one.
   */
  | {readonly kind: 'start'; readonly keepsHeap: boolean}

/**
 * What becomes of heap, globals and stable memory after a success.
 * - `keep`: `heap` and `stable` of the input are changed in place.
 * - `drop`: everything is as before.
 * - `fork`: the input stays as it is, the output's code is a changed copy.
 * - `forkToWait`: `fork` when the execution made calls and gave no answer, else `drop`.
 */
export type Effects = 'keep' | 'drop' | 'fork' | 'forkToWait'

export interface ExecutionInput {
  readonly code: ExecutableCode
  readonly entry: EntryPoint
  readonly sandbox: SandboxInput
  readonly instructionLimit: bigint
  readonly effects: Effects
  /** Instructions after which it pauses; without it, it runs to its end. */
  readonly fuel?: bigint
}

export type ExecutionOutput =
  | FinishedExecution
  /** `fuel` is used up. The state holds the canister until a later round collects the outcome. */
  | {readonly kind: 'paused'}

export interface FinishedExecution {
  readonly kind: 'finished'
  readonly instructions: bigint
  /** Contents of log records, also of an execution that failed. */
  readonly logs: readonly Uint8Array[]
  readonly result:
    | {readonly kind: 'success'; readonly changes: SystemStateChanges; readonly code?: ExecutedCode}
    | {readonly kind: 'failure'; readonly error: ExecutionError}
}

/** Code after an execution whose effects last. */
export interface ExecutedCode extends ExecutableCode {
  readonly globals: readonly GlobalValue[]
}
