/**
 * Everything the subnet knows of one canister. Changed in place by the batch that owns the state, between messages only:
 * an execution works on a sandbox and hands its changes over when it succeeds.
 *
 * Source: IC interface specification, "Abstract canisters"; digests execution-and-cycles and management-canister.
 */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {Callback, CallContext} from './call-contexts.js'
import type {CanisterQueues} from './canister-queues.js'
import type {CallbackId, CallContextId, CanisterMessage, Ingress, Request} from './messages.js'
import type {PagedMemory} from './paged-memory.js'

export type LogVisibility =
  | {readonly kind: 'controllers'}
  | {readonly kind: 'public'}
  | {readonly kind: 'allowed_viewers'; readonly viewers: readonly Principal[]}

/** IC interface specification, "canister_settings"; defaults in `new-canister.ts`. */
export interface CanisterSettings {
  /** At most 10, shorter principals first, equal lengths bytewise. */
  readonly controllers: readonly Principal[]
  /** Percent, 0 to 100. */
  readonly computeAllocation: number
  /** Bytes, 0 for best effort. */
  readonly memoryAllocationBytes: bigint
  readonly freezingThresholdSeconds: bigint
  readonly reservedCyclesLimit: bigint
  readonly minimumIncomingCallCycles: bigint
  readonly logVisibility: LogVisibility
  readonly snapshotVisibility: LogVisibility
  readonly statusVisibility: LogVisibility
  /** Bytes, 0 for no limit. */
  readonly wasmMemoryLimitBytes: bigint
  readonly wasmMemoryThresholdBytes: bigint
  /** Sorted by name, unique. */
  readonly environmentVariables: readonly {readonly name: string; readonly value: string}[]
}

/** A `stop_canister` call that waits for the canister's call contexts to close. */
export interface StopContext {
  readonly call: Ingress | Request
  readonly sinceNs: bigint
}

export type CanisterStatus =
  | {readonly kind: 'running'}
  | {readonly kind: 'stopping'; readonly stopContexts: readonly StopContext[]}
  | {readonly kind: 'stopped'}

/** The value of one persistent Wasm global. Floats are kept as their bits, so that a NaN survives. */
export type GlobalValue =
  | {readonly type: 'i32' | 'f32'; readonly bits: number}
  | {readonly type: 'i64' | 'f64' | 'v128'; readonly bits: bigint}

/** The code as uploaded (possibly gzipped), and what scheduling and certification need to know of it without compiling. */
export interface InstalledModule {
  readonly wasm: Uint8Array
  /** SHA-256 of `wasm` as uploaded. */
  readonly hash: Uint8Array
  readonly isWasm64: boolean
  readonly exportsHeartbeat: boolean
  readonly exportsGlobalTimer: boolean
  readonly exportsInspectMessage: boolean
  readonly exportsLowWasmMemoryHook: boolean
  readonly customSections: readonly {readonly visibility: 'public' | 'private'; readonly name: string; readonly content: Uint8Array}[]
}

/** Code and memories; absent while the canister is empty. */
export interface InstalledCode {
  readonly module: InstalledModule
  readonly heap: PagedMemory
  readonly stable: PagedMemory
  /** Mutable or exported globals, in module order. */
  readonly globals: readonly GlobalValue[]
  /** Changes with every change of heap or globals; an instance is valid only at the version it was left at. */
  readonly heapVersion: number
}

export type CanisterChangeOrigin =
  | {readonly kind: 'user'; readonly userId: Principal}
  | {readonly kind: 'canister'; readonly canisterId: CanisterId; readonly canisterVersion?: bigint}

export type CanisterChangeDetails =
  | {readonly kind: 'creation'; readonly controllers: readonly Principal[]; readonly environmentVariablesHash?: Uint8Array}
  | {readonly kind: 'code_uninstall'}
  | {readonly kind: 'code_deployment'; readonly mode: 'install' | 'reinstall' | 'upgrade'; readonly moduleHash: Uint8Array}
  | {readonly kind: 'controllers_change'; readonly controllers: readonly Principal[]}
  | {
      readonly kind: 'load_snapshot'
      readonly fromCanisterId?: CanisterId
      readonly snapshotId: Uint8Array
      readonly canisterVersion: bigint
      readonly takenAtNs: bigint
      readonly source: 'taken_from_canister' | 'metadata_upload'
    }

export interface CanisterChange {
  readonly timestampNs: bigint
  /** After the change. */
  readonly canisterVersion: bigint
  readonly origin: CanisterChangeOrigin
  readonly details: CanisterChangeDetails
}

export interface LogRecord {
  readonly index: bigint
  readonly timestampNs: bigint
  readonly content: Uint8Array
}

export interface CanisterSnapshot {
  /** BE64(counter) ‖ canister id. */
  readonly id: Uint8Array
  readonly takenAtNs: bigint
  readonly source: 'taken_from_canister' | 'metadata_upload'
  readonly canisterVersion: bigint
  readonly wasm: Uint8Array
  readonly heap: PagedMemory
  readonly stable: PagedMemory
  readonly globals: readonly GlobalValue[]
  readonly certifiedData: Uint8Array
  readonly chunkStore: ReadonlyMap<string, Uint8Array>
  /** Loading gives them back only from an uploaded snapshot; undefined leaves the canister's own as it is. */
  readonly globalTimerNs?: bigint
  readonly lowWasmMemoryHook?: LowWasmMemoryHookStatus
}

export type LowWasmMemoryHookStatus = 'condition_not_satisfied' | 'ready' | 'executed'

/** Cycles consumed so far, by purpose: `canister_metrics`. */
export interface ConsumedCycles {
  memory: bigint
  computeAllocation: bigint
  ingressInduction: bigint
  instructions: bigint
  requestAndResponseTransmission: bigint
  uninstall: bigint
  canisterCreation: bigint
  httpOutcalls: bigint
  burned: bigint
}

export interface QueryStats {
  calls: bigint
  instructions: bigint
  requestPayloadBytes: bigint
  responsePayloadBytes: bigint
}

/** What a long execution began with. */
export type LongExecutionCause =
  | {readonly kind: 'message'; readonly message: CanisterMessage}
  | {readonly kind: 'task'; readonly task: 'heartbeat' | 'globalTimer' | 'lowWasmMemory'}
  | {readonly kind: 'install'; readonly call: Ingress | Request}

/**
 * An execution that did not end within its slice: it goes on in later rounds. Until it has ended, its canister executes nothing else, and
 * calls to the management canister about it wait. Queries see the state before it.
 */
export interface LongExecution {
  readonly cause: LongExecutionCause
  readonly sinceHeight: number
  /** Instructions that it may have used when the next round begins; 0 when it was given up and is to begin anew. */
  readonly fuel: bigint
  /** Plain data that only the canister room reads: what runs, and what is to be done when it has ended. */
  readonly stage: unknown
  /** Of an install: the code so far, which is not the canister's yet. */
  readonly draftCode?: InstalledCode
}

export interface CanisterState {
  readonly id: CanisterId
  readonly createdAtNs: bigint
  status: CanisterStatus
  settings: CanisterSettings
  cycles: bigint
  reservedCycles: bigint
  /** `canister_version`. */
  version: bigint
  code: InstalledCode | undefined
  longExecution: LongExecution | undefined
  lastInstalledAtNs: bigint | undefined
  /** At most 32 bytes. */
  certifiedData: Uint8Array
  /** Nanoseconds since 1970, 0 when inactive. */
  globalTimerNs: bigint
  lowWasmMemoryHook: LowWasmMemoryHookStatus
  readonly callContexts: Map<CallContextId, CallContext>
  readonly callbacks: Map<CallbackId, Callback>
  nextCallContextId: CallContextId
  nextCallbackId: CallbackId
  readonly queues: CanisterQueues
  history: {readonly totalChanges: bigint; readonly changes: readonly CanisterChange[]}
  logs: {readonly nextIndex: bigint; readonly records: readonly LogRecord[]}
  /** SHA-256 in hexadecimal → chunk. */
  readonly chunkStore: Map<string, Uint8Array>
  /** Snapshot id in hexadecimal → snapshot. */
  readonly snapshots: Map<string, CanisterSnapshot>
  nextSnapshotNumber: bigint
  readonly consumed: ConsumedCycles
  queryStats: QueryStats
  /** Up to when storage and compute allocation are paid. */
  chargedUntilNs: bigint
  /** Instructions of earlier installs not decayed yet: IC0209. */
  installCodeDebt: bigint
  /** Height at which it last had a full round: the least recent goes first. */
  lastFullExecutionHeight: number
  /** Heartbeat, timer and messages take turns: 0 timer, 1 heartbeat, 2 message is next. */
  nextScheduledKind: 0 | 1 | 2
}
