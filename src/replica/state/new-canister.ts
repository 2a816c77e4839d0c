/** A canister just created: empty, running, version 0. Defaults: digest management-canister section 2. */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import {CanisterQueues} from './canister-queues.js'
import type {CanisterChangeOrigin, CanisterSettings, CanisterState, ConsumedCycles, QueryStats} from './canister-state.js'

export const DEFAULT_FREEZING_THRESHOLD_SECONDS = 2_592_000n
export const DEFAULT_RESERVED_CYCLES_LIMIT = 5_000_000_000_000n
/** 3 GiB, as on the Internet Computer; the specification's own default is none. */
export const DEFAULT_WASM_MEMORY_LIMIT_BYTES = 3_221_225_472n

export interface NewCanister {
  readonly id: CanisterId
  readonly timeNs: bigint
  readonly cycles: bigint
  readonly settings: CanisterSettings
  /** Who created it, for the history. */
  readonly origin: CanisterChangeOrigin
  /** Of the settings' environment variables, when there are any. */
  readonly environmentVariablesHash?: Uint8Array
}

export function defaultSettings(controllers: readonly Principal[]): CanisterSettings {
  return {
    controllers: sortPrincipals(controllers),
    computeAllocation: 0,
    memoryAllocationBytes: 0n,
    freezingThresholdSeconds: DEFAULT_FREEZING_THRESHOLD_SECONDS,
    reservedCyclesLimit: DEFAULT_RESERVED_CYCLES_LIMIT,
    minimumIncomingCallCycles: 0n,
    logVisibility: {kind: 'controllers'},
    snapshotVisibility: {kind: 'controllers'},
    statusVisibility: {kind: 'controllers'},
    wasmMemoryLimitBytes: DEFAULT_WASM_MEMORY_LIMIT_BYTES,
    wasmMemoryThresholdBytes: 0n,
    environmentVariables: [],
  }
}

/** Controllers as the state keeps them: without duplicates, shorter principals first, equal lengths bytewise. */
export function sortPrincipals(principals: readonly Principal[]): Principal[] {
  return [...new Set(principals)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

export function newCanister({id, timeNs, cycles, settings, origin, environmentVariablesHash}: NewCanister): CanisterState {
  const creation = {
    kind: 'creation',
    controllers: settings.controllers,
    ...(environmentVariablesHash && {environmentVariablesHash}),
  } as const
  return {
    id,
    createdAtNs: timeNs,
    status: {kind: 'running'},
    settings,
    cycles,
    reservedCycles: 0n,
    version: 0n,
    code: undefined,
    longExecution: undefined,
    lastInstalledAtNs: undefined,
    certifiedData: new Uint8Array(0),
    globalTimerNs: 0n,
    lowWasmMemoryHook: 'condition_not_satisfied',
    callContexts: new Map(),
    callbacks: new Map(),
    nextCallContextId: 1,
    nextCallbackId: 1,
    queues: new CanisterQueues(),
    history: {totalChanges: 1n, changes: [{timestampNs: timeNs, canisterVersion: 0n, origin, details: creation}]},
    logs: {nextIndex: 0n, records: []},
    chunkStore: new Map(),
    snapshots: new Map(),
    nextSnapshotNumber: 0n,
    consumed: noConsumedCycles(),
    queryStats: noQueryStats(),
    chargedUntilNs: timeNs,
    installCodeDebt: 0n,
    lastFullExecutionHeight: 0,
    nextScheduledKind: 0,
  }
}

export function noConsumedCycles(): ConsumedCycles {
  return {
    memory: 0n,
    computeAllocation: 0n,
    ingressInduction: 0n,
    instructions: 0n,
    requestAndResponseTransmission: 0n,
    uninstall: 0n,
    canisterCreation: 0n,
    httpOutcalls: 0n,
    burned: 0n,
  }
}

export function noQueryStats(): QueryStats {
  return {calls: 0n, instructions: 0n, requestPayloadBytes: 0n, responsePayloadBytes: 0n}
}
