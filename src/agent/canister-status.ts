/**
 * `canister_status` for networks of different ages: what came later is optional.
 *
 * Source: IC interface specification, "IC method canister_status".
 */

import {decodeArgs} from '../candid/decode.js'
import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {managementInterface} from '../candid/management.js'
import {type CandidInterface, findMethod} from '../candid/types.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, type Principal} from '../protocol/principal.js'
import type {IcAgent} from './ic-agent.js'
import {getManagementMethod, type Visibility} from './management.js'

export interface CanisterStatus {
  readonly status: 'running' | 'stopping' | 'stopped'
  readonly moduleHash: Uint8Array | undefined
  readonly controllers: readonly Principal[]
  readonly computeAllocation: bigint
  readonly memoryAllocation: bigint
  readonly freezingThreshold: bigint
  /** Undefined where the network does not know the setting. */
  readonly reservedCyclesLimit: bigint | undefined
  readonly wasmMemoryLimit: bigint | undefined
  readonly wasmMemoryThreshold: bigint | undefined
  readonly logVisibility: Visibility
  readonly memorySize: bigint
  readonly cycles: bigint
  readonly reservedCycles: bigint | undefined
  readonly idleCyclesBurnedPerDay: bigint
  readonly queries: {readonly calls: bigint; readonly instructions: bigint; readonly requestBytes: bigint; readonly responseBytes: bigint}
}

/** Throws CallRejected `IC0512` for a caller who is not a controller. */
export async function readCanisterStatus(agent: IcAgent, canisterId: CanisterId): Promise<CanisterStatus> {
  const {args} = getManagementMethod('canister_status')
  const arg = encodeArgs(args, [{canister_id: canisterId}], managementInterface().types)
  const call = {canisterId: MANAGEMENT_CANISTER_ID, method: 'canister_status', arg, effectiveCanisterId: canisterId}
  const expected = statusInterface()
  const [reply] = decodeArgs(await agent.update(call), findMethod(expected, 'status')!.results, expected.types)
  return toStatus(reply as unknown as RawStatus)
}

const fromOpt = <T>(value: readonly T[]): T | undefined => value[0]

const STATUS_DID = `
type visibility = variant { controllers; public; allowed_viewers : vec principal };
type settings = record {
  controllers : vec principal;
  compute_allocation : nat;
  memory_allocation : nat;
  freezing_threshold : nat;
  reserved_cycles_limit : opt nat;
  wasm_memory_limit : opt nat;
  wasm_memory_threshold : opt nat;
  log_visibility : opt visibility;
};
type query_stats = record {
  num_calls_total : nat;
  num_instructions_total : nat;
  request_payload_bytes_total : nat;
  response_payload_bytes_total : nat;
};
service : {
  status : () -> (record {
    status : variant { running; stopping; stopped };
    settings : settings;
    module_hash : opt blob;
    memory_size : nat;
    cycles : nat;
    reserved_cycles : opt nat;
    idle_cycles_burned_per_day : opt nat;
    query_stats : opt query_stats;
  });
}`

let parsedStatus: CandidInterface | undefined

function statusInterface(): CandidInterface {
  parsedStatus ??= parseDid(STATUS_DID)
  return parsedStatus
}

type RawVisibility = {readonly controllers: null} | {readonly public: null} | {readonly allowed_viewers: readonly Principal[]}

interface RawStatus {
  readonly status: Readonly<Record<string, null>>
  readonly settings: {
    readonly controllers: readonly Principal[]
    readonly compute_allocation: bigint
    readonly memory_allocation: bigint
    readonly freezing_threshold: bigint
    readonly reserved_cycles_limit: readonly bigint[]
    readonly wasm_memory_limit: readonly bigint[]
    readonly wasm_memory_threshold: readonly bigint[]
    readonly log_visibility: readonly RawVisibility[]
  }
  readonly module_hash: readonly Uint8Array[]
  readonly memory_size: bigint
  readonly cycles: bigint
  readonly reserved_cycles: readonly bigint[]
  readonly idle_cycles_burned_per_day: readonly bigint[]
  readonly query_stats: readonly {
    readonly num_calls_total: bigint
    readonly num_instructions_total: bigint
    readonly request_payload_bytes_total: bigint
    readonly response_payload_bytes_total: bigint
  }[]
}

function toStatus({settings, ...raw}: RawStatus): CanisterStatus {
  const stats = fromOpt(raw.query_stats)
  const visibility = fromOpt(settings.log_visibility)
  return {
    status: Object.keys(raw.status)[0] as CanisterStatus['status'],
    moduleHash: fromOpt(raw.module_hash),
    controllers: settings.controllers,
    computeAllocation: settings.compute_allocation,
    memoryAllocation: settings.memory_allocation,
    freezingThreshold: settings.freezing_threshold,
    reservedCyclesLimit: fromOpt(settings.reserved_cycles_limit),
    wasmMemoryLimit: fromOpt(settings.wasm_memory_limit),
    wasmMemoryThreshold: fromOpt(settings.wasm_memory_threshold),
    logVisibility: visibility ? decodeVisibility(visibility) : 'controllers',
    memorySize: raw.memory_size,
    cycles: raw.cycles,
    reservedCycles: fromOpt(raw.reserved_cycles),
    idleCyclesBurnedPerDay: fromOpt(raw.idle_cycles_burned_per_day) ?? 0n,
    queries: {
      calls: stats?.num_calls_total ?? 0n,
      instructions: stats?.num_instructions_total ?? 0n,
      requestBytes: stats?.request_payload_bytes_total ?? 0n,
      responseBytes: stats?.response_payload_bytes_total ?? 0n,
    },
  }
}

function decodeVisibility(visibility: RawVisibility): Visibility {
  if ('allowed_viewers' in visibility) return {allowedViewers: visibility.allowed_viewers}
  return 'public' in visibility ? 'public' : 'controllers'
}
