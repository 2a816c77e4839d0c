/** Canisters and states for tests: name what matters, the rest is ordinary. */

import {type CanisterId, canisterIdFromNumber, type Principal} from '../../../src/protocol/principal.js'
import {recountMemory} from '../../../src/replica/cycles/subnet-memory.js'
import type {SubnetRecord} from '../../../src/replica/registry/subnet-record.js'
import type {CanisterSettings, CanisterState, InstalledCode, InstalledModule} from '../../../src/replica/state/canister-state.js'
import type {Ingress, MessageId, Request} from '../../../src/replica/state/messages.js'
import {defaultSettings, newCanister} from '../../../src/replica/state/new-canister.js'
import {newState} from '../../../src/replica/state/new-state.js'
import {PagedMemory} from '../../../src/replica/state/paged-memory.js'
import type {ReplicatedState} from '../../../src/replica/state/replicated-state.js'

/** 2023-05-31 22:00 UTC. */
export const START_NS = 1_685_570_400_000_000_000n
export const FIRST_NUMBER = 0x8000000000100000n
export const USER = `${'ab'.repeat(28)}02` as Principal
export const SUBNET_ID = `${'5b'.repeat(28)}02` as Principal

/** The n-th canister of the test subnet. */
export function idOf(n: number): CanisterId {
  return canisterIdFromNumber(FIRST_NUMBER + BigInt(n))
}

export function aModule(module: Partial<InstalledModule> = {}): InstalledModule {
  return {
    wasm: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    hash: new Uint8Array(32).fill(9),
    isWasm64: false,
    exportsHeartbeat: false,
    exportsGlobalTimer: false,
    exportsInspectMessage: false,
    exportsLowWasmMemoryHook: false,
    customSections: [],
    ...module,
  }
}

export function aCode({module, ...code}: Partial<Omit<InstalledCode, 'module'>> & {module?: Partial<InstalledModule>} = {}): InstalledCode {
  return {module: aModule(module), heap: new PagedMemory(), stable: new PagedMemory(), globals: [], heapVersion: 1, ...code}
}

export type CanisterOptions = Partial<Omit<CanisterState, 'settings' | 'status' | 'code'>> & {
  /** Id `idOf(number)`. */
  readonly number?: number
  readonly settings?: Partial<CanisterSettings>
  readonly status?: 'running' | 'stopping' | 'stopped' | CanisterState['status']
  /** `true` for code that exports nothing special. */
  readonly code?: true | InstalledCode
}

/** A running canister of `USER` with 100 T cycles and, unless `code` says otherwise, no code. */
export function aCanister({number = 0, settings, status = 'running', code, ...fields}: CanisterOptions = {}): CanisterState {
  const canister = newCanister({
    id: idOf(number),
    timeNs: START_NS,
    cycles: 100_000_000_000_000n,
    settings: {...defaultSettings([USER]), ...settings},
    origin: {kind: 'user', userId: USER},
  })
  Object.assign(canister, fields)
  canister.code = code === true ? aCode() : code
  if (typeof status !== 'string') canister.status = status
  else canister.status = status === 'stopping' ? {kind: status, stopContexts: []} : {kind: status}
  return canister
}

/** A subnet at height 0 that holds `canisters`. */
export function aState({
  canisters = [],
  ...fields
}: Partial<Omit<ReplicatedState, 'canisters'>> & {canisters?: readonly CanisterState[]} = {}): ReplicatedState {
  const state = newState({subnetId: SUBNET_ID, timeNs: START_NS, nextCanisterNumber: FIRST_NUMBER + 1000n})
  for (const canister of canisters) state.canisters.set(canister.id, canister)
  recountMemory(state, state.canisters.keys())
  return Object.assign(state, fields)
}

export function aSubnet(fields: Partial<SubnetRecord> = {}): SubnetRecord {
  const range = {first: canisterIdFromNumber(FIRST_NUMBER), last: canisterIdFromNumber(FIRST_NUMBER + 0xfffffn)}
  return {
    subnetId: SUBNET_ID,
    type: 'application',
    publicKeyDer: new Uint8Array(133).fill(1),
    nodes: [],
    canisterRanges: [range],
    allocationRange: range,
    feeNodeCount: 13,
    initialNotaryDelayNs: 0n,
    unitDelayNs: 1_000_000_000n,
    dkgIntervalLength: 499,
    ...fields,
  }
}

let lastMessage = 0

/** An ingress message with an id of its own. */
export function anIngress(fields: Partial<Ingress> = {}): Ingress {
  const receiver = fields.receiver ?? idOf(0)
  return {
    kind: 'ingress',
    id: (++lastMessage).toString(16).padStart(64, '0') as MessageId,
    sender: USER,
    receiver,
    effectiveCanisterId: receiver,
    method: 'update',
    payload: new Uint8Array(0),
    expiryNs: START_NS + 240_000_000_000n,
    sizeBytes: 200,
    ...fields,
  }
}

export function aRequest(fields: Partial<Request> = {}): Request {
  return {
    kind: 'request',
    sender: idOf(1),
    receiver: idOf(0),
    callbackId: 1,
    cycles: 0n,
    method: 'update',
    payload: new Uint8Array(0),
    deadlineSeconds: 0,
    ...fields,
  }
}
