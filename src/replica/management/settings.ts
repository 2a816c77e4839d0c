/**
 * `canister_settings`: checks a change and says what the settings would be. All or nothing.
 *
 * Source: IC interface specification, "IC method update_settings"; ranges, order and texts: digest management-canister section 2.
 */

import {encodeUtf8} from '../../base/bytes.js'
import type {Principal} from '../../protocol/principal.js'
import type {CanisterSettings, LogVisibility} from '../state/canister-state.js'
import {sortPrincipals} from '../state/new-canister.js'
import {type ManagementStep, reject} from './management-call.js'

type Optional<T> = readonly [] | readonly [T]
type VisibilityArg = {readonly controllers: null} | {readonly public: null} | {readonly allowed_viewers: readonly Principal[]}

/** As decoded from Candid. */
export interface SettingsArg {
  readonly controllers: Optional<readonly Principal[]>
  readonly compute_allocation: Optional<bigint>
  readonly memory_allocation: Optional<bigint>
  readonly freezing_threshold: Optional<bigint>
  readonly reserved_cycles_limit: Optional<bigint>
  readonly minimum_incoming_canister_call_cycles: Optional<bigint>
  readonly log_visibility: Optional<VisibilityArg>
  readonly snapshot_visibility: Optional<VisibilityArg>
  readonly status_visibility: Optional<VisibilityArg>
  readonly wasm_memory_limit: Optional<bigint>
  readonly wasm_memory_threshold: Optional<bigint>
  readonly environment_variables: Optional<readonly {readonly name: string; readonly value: string}[]>
}

export type SettingsChange =
  | {readonly kind: 'ok'; readonly settings: CanisterSettings}
  | {readonly kind: 'invalid'; readonly step: ManagementStep}

const MAX_CONTROLLERS = 10
const MAX_VIEWERS = 10
const MAX_ENVIRONMENT_VARIABLES = 20
const MAX_ENVIRONMENT_VARIABLE_BYTES = 128
const MAX_NAT64 = (1n << 64n) - 1n
const MAX_NAT128 = (1n << 128n) - 1n
/** 2^48: the largest Wasm memory limit. */
const MAX_WASM_MEMORY_LIMIT = 1n << 48n

/** The settings after the change; absent fields keep their value. */
export function changeSettings(current: CanisterSettings, arg: SettingsArg): SettingsChange {
  const problem =
    checkEnvironmentVariables(arg) ??
    checkMemory(arg) ??
    checkCompute(arg) ??
    checkControllers(arg) ??
    checkCycles(arg) ??
    checkViewers(arg)
  if (problem) return {kind: 'invalid', step: problem}
  const visibility = (field: Optional<VisibilityArg>, unchanged: LogVisibility): LogVisibility =>
    field.length ? readVisibility(field[0]) : unchanged
  return {
    kind: 'ok',
    settings: {
      controllers: arg.controllers.length ? sortPrincipals(arg.controllers[0]) : current.controllers,
      computeAllocation: Number(arg.compute_allocation[0] ?? BigInt(current.computeAllocation)),
      memoryAllocationBytes: arg.memory_allocation[0] ?? current.memoryAllocationBytes,
      freezingThresholdSeconds: arg.freezing_threshold[0] ?? current.freezingThresholdSeconds,
      reservedCyclesLimit: arg.reserved_cycles_limit[0] ?? current.reservedCyclesLimit,
      minimumIncomingCallCycles: arg.minimum_incoming_canister_call_cycles[0] ?? current.minimumIncomingCallCycles,
      logVisibility: visibility(arg.log_visibility, current.logVisibility),
      snapshotVisibility: visibility(arg.snapshot_visibility, current.snapshotVisibility),
      statusVisibility: visibility(arg.status_visibility, current.statusVisibility),
      wasmMemoryLimitBytes: arg.wasm_memory_limit[0] ?? current.wasmMemoryLimitBytes,
      wasmMemoryThresholdBytes: arg.wasm_memory_threshold[0] ?? current.wasmMemoryThresholdBytes,
      environmentVariables: arg.environment_variables.length ? sortByName(arg.environment_variables[0]) : current.environmentVariables,
    },
  }
}

function sortByName<T extends {readonly name: string}>(variables: readonly T[]): T[] {
  return [...variables].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function readVisibility(arg: VisibilityArg): LogVisibility {
  if ('controllers' in arg) return {kind: 'controllers'}
  if ('public' in arg) return {kind: 'public'}
  return {kind: 'allowed_viewers', viewers: sortPrincipals(arg.allowed_viewers)}
}

function checkEnvironmentVariables({environment_variables: [variables]}: SettingsArg): ManagementStep | undefined {
  if (!variables) return undefined
  if (variables.length > MAX_ENVIRONMENT_VARIABLES)
    return reject('IC0408', `Too many environment variables: ${variables.length} (max: ${MAX_ENVIRONMENT_VARIABLES})`)
  for (const {name, value} of variables)
    for (const [what, text] of [
      ['name', name],
      ['value', value],
    ] as const)
      if (encodeUtf8(text).length > MAX_ENVIRONMENT_VARIABLE_BYTES)
        return reject(
          'IC0408',
          `Environment variable ${what} "${text}" exceeds the maximum allowed length of ${MAX_ENVIRONMENT_VARIABLE_BYTES}.`,
        )
  if (new Set(variables.map(({name}) => name)).size < variables.length)
    return reject('IC0408', 'Duplicate environment variables are not allowed')
  return undefined
}

function checkMemory({
  memory_allocation: [memory],
  wasm_memory_limit: [limit],
  wasm_memory_threshold: [threshold],
}: SettingsArg): ManagementStep | undefined {
  if (memory !== undefined && memory > MAX_NAT64)
    return reject('IC0504', `MemoryAllocation expected to be in the range [0..${MAX_NAT64}], got ${memory}`)
  if (limit !== undefined && limit > MAX_WASM_MEMORY_LIMIT)
    return reject('IC0504', `Wasm memory limit expected to be in the range of [0..2^48], got ${limit}`)
  if (threshold !== undefined && threshold > MAX_WASM_MEMORY_LIMIT)
    return reject('IC0504', `Wasm memory threshold expected to be in the range of [0..2^48], got ${threshold}`)
  return undefined
}

function checkCompute({compute_allocation: [percent]}: SettingsArg): ManagementStep | undefined {
  return percent !== undefined && percent > 100n
    ? reject('IC0504', `ComputeAllocation expected to be in the range [0..100], got ${percent}`)
    : undefined
}

function checkControllers({controllers: [controllers]}: SettingsArg): ManagementStep | undefined {
  return controllers && new Set(controllers).size > MAX_CONTROLLERS
    ? reject(
        'IC0504',
        `Could not validate the settings: Invalid settings: 'controllers' length exceeds maximum size allowed of ${MAX_CONTROLLERS}.`,
      )
    : undefined
}

function checkCycles({
  freezing_threshold: [freezing],
  reserved_cycles_limit: [reserved],
  minimum_incoming_canister_call_cycles: [minimum],
}: SettingsArg): ManagementStep | undefined {
  if (freezing !== undefined && freezing > MAX_NAT64)
    return reject('IC0504', `Freezing threshold expected to be in the range of [0..2^64-1], got ${freezing}`)
  if (reserved !== undefined && reserved > MAX_NAT128)
    return reject('IC0504', `Reserved cycles limit expected to be in the range of [0..2^128-1], got ${reserved}`)
  if (minimum !== undefined && minimum > MAX_NAT128)
    return reject('IC0504', `Minimum incoming canister call cycles expected to be in the range of [0..2^128-1], got ${minimum}`)
  return undefined
}

function checkViewers(arg: SettingsArg): ManagementStep | undefined {
  for (const [visibility] of [arg.log_visibility, arg.snapshot_visibility, arg.status_visibility])
    if (visibility && 'allowed_viewers' in visibility && new Set(visibility.allowed_viewers).size > MAX_VIEWERS)
      return reject(
        'IC0408',
        `Deserialize error: the number of allowed viewers ${visibility.allowed_viewers.length} exceeds the maximum of ${MAX_VIEWERS}`,
      )
  return undefined
}
