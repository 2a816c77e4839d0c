/**
 * The functions of import module `ic0` as data: type, allowed modes, cost in instructions.
 *
 * Source: digest system-api section 5 (IC interface specification 0.66, "System API"; costs of the reference implementation).
 */

import type {HostFunctionTable, HostFunctionType, HostParam, HostResult} from '../embedder/types.js'
import {parseModes} from './modes.js'

export interface HostFunctionRow extends HostFunctionType {
  /** Set of modes, see `modeBit`. */
  readonly modes: number
  readonly cost: HostFunctionCost
  /** Does not exist for modules with a 64-bit memory. */
  readonly only32Bit: boolean
}

/** `base + factor × the sum of the parameters at the positions in sizes`. What depends on more is charged by the function itself. */
export interface HostFunctionCost {
  readonly base: number
  readonly sizes: readonly number[]
  readonly factor: number
}

const ARGUMENT = 'I U RQ NRQ TQ CQ Ry CRy F'
const CALLER_INFO = 'U RQ NRQ CQ Ry Rt CRy CRt C CC F'
const ANSWERS = 'U RQ NRQ TQ CQ Ry Rt CRy CRt'
const TAKES_CYCLES = 'U RQ Rt Ry'
const CALLS = 'U CQ Ry Rt CRy CRt T'
const EVERYWHERE = '* s'

export const HOST_FUNCTIONS = {
  msg_arg_data_size: row([], 'size', ARGUMENT, 500),
  msg_arg_data_copy: row(['size', 'size', 'size'], 'none', ARGUMENT, perByte(500, 2)),
  msg_caller_size: row([], 'size', '*', 500),
  msg_caller_copy: row(['size', 'size', 'size'], 'none', '*', perByte(500, 2)),
  msg_caller_info_data_size: row([], 'size', CALLER_INFO, 500),
  msg_caller_info_data_copy: row(['size', 'size', 'size'], 'none', CALLER_INFO, perByte(500, 2)),
  msg_caller_info_signer_size: row([], 'size', CALLER_INFO, 500),
  msg_caller_info_signer_copy: row(['size', 'size', 'size'], 'none', CALLER_INFO, perByte(500, 2)),
  msg_reject_code: row([], 'i32', 'Ry Rt CRy CRt C', 500),
  msg_reject_msg_size: row([], 'size', 'Rt CRt', 500),
  msg_reject_msg_copy: row(['size', 'size', 'size'], 'none', 'Rt CRt', perByte(500, 2)),
  msg_deadline: row([], 'i64', ANSWERS, 500),
  msg_reply_data_append: row(['size', 'size'], 'none', ANSWERS, perByte(500, 1, 50)),
  msg_reply: row([], 'none', ANSWERS, 500),
  msg_reject: row(['size', 'size'], 'none', ANSWERS, perByte(500, 1, 50)),
  msg_cycles_available: row([], 'i64', TAKES_CYCLES, 500, true),
  msg_cycles_available128: row(['size'], 'none', TAKES_CYCLES, 500),
  msg_cycles_refunded: row([], 'i64', 'Rt Ry', 500, true),
  msg_cycles_refunded128: row(['size'], 'none', 'Rt Ry', 500),
  msg_cycles_accept: row(['i64'], 'i64', TAKES_CYCLES, 500, true),
  msg_cycles_accept128: row(['i64', 'i64', 'size'], 'none', TAKES_CYCLES, 500),
  cycles_burn128: row(['i64', 'i64', 'size'], 'none', 'I G U RQ Ry Rt C T', 500),
  canister_self_size: row([], 'size', '*', 500),
  canister_self_copy: row(['size', 'size', 'size'], 'none', '*', perByte(500, 2)),
  canister_cycle_balance: row([], 'i64', '*', 500, true),
  canister_cycle_balance128: row(['size'], 'none', '*', 500),
  canister_liquid_cycle_balance128: row(['size'], 'none', '*', 500),
  canister_status: row([], 'i32', '*', 500),
  canister_version: row([], 'i64', '*', 500),
  subnet_self_size: row([], 'size', '*', 500),
  subnet_self_copy: row(['size', 'size', 'size'], 'none', '*', perByte(500, 2)),
  msg_method_name_size: row([], 'size', 'F', 500),
  msg_method_name_copy: row(['size', 'size', 'size'], 'none', 'F', perByte(500, 2)),
  accept_message: row([], 'none', 'F', 500),
  call_new: row(['size', 'size', 'size', 'size', 'size', 'size', 'size', 'size'], 'none', CALLS, {base: 1500, sizes: [1, 3], factor: 1}),
  call_on_cleanup: row(['size', 'size'], 'none', CALLS, 500),
  call_data_append: row(['size', 'size'], 'none', CALLS, perByte(500, 1, 50)),
  call_with_best_effort_response: row(['i32'], 'none', CALLS, 500),
  call_cycles_add: row(['i64'], 'none', 'U Ry Rt T', 500, true),
  call_cycles_add128: row(['i64', 'i64'], 'none', 'U Ry Rt T', 500),
  call_perform: row([], 'i32', CALLS, 5000),
  stable_size: row([], 'i32', EVERYWHERE, 0, true),
  stable_grow: row(['size'], 'i32', EVERYWHERE, 100, true),
  stable_write: row(['size', 'size', 'size'], 'none', EVERYWHERE, perByte(20, 2), true),
  stable_read: row(['size', 'size', 'size'], 'none', EVERYWHERE, perByte(20, 2), true),
  stable64_size: row([], 'i64', EVERYWHERE, 0),
  stable64_grow: row(['u64'], 'i64', EVERYWHERE, 100),
  stable64_write: row(['u64', 'u64', 'u64'], 'none', EVERYWHERE, perByte(20, 2)),
  stable64_read: row(['u64', 'u64', 'u64'], 'none', EVERYWHERE, perByte(20, 2)),
  root_key_size: row([], 'size', 'I G U RQ Ry Rt C T', 500),
  root_key_copy: row(['size', 'size', 'size'], 'none', 'I G U RQ Ry Rt C T', perByte(500, 2)),
  certified_data_set: row(['size', 'size'], 'none', 'I G U Ry Rt T', perByte(500, 1)),
  data_certificate_present: row([], 'i32', '*', 500),
  data_certificate_size: row([], 'size', 'NRQ CQ', 500),
  data_certificate_copy: row(['size', 'size', 'size'], 'none', 'NRQ CQ', perByte(500, 2)),
  time: row([], 'i64', '*', 500),
  global_timer_set: row(['i64'], 'i64', 'I G U Ry Rt C T', 500),
  performance_counter: row(['i32'], 'i64', EVERYWHERE, 200),
  is_controller: row(['size', 'size'], 'i32', EVERYWHERE, perByte(1000, 1)),
  in_replicated_execution: row([], 'i32', EVERYWHERE, 500),
  cost_call: row(['i64', 'i64', 'size'], 'none', EVERYWHERE, 500),
  cost_create_canister: row(['size'], 'none', EVERYWHERE, 500),
  cost_http_request: row(['i64', 'i64', 'size'], 'none', EVERYWHERE, 500),
  cost_sign_with_ecdsa: row(['size', 'size', 'i32', 'size'], 'i32', EVERYWHERE, perByte(500, 1)),
  cost_sign_with_schnorr: row(['size', 'size', 'i32', 'size'], 'i32', EVERYWHERE, perByte(500, 1)),
  cost_vetkd_derive_key: row(['size', 'size', 'i32', 'size'], 'i32', EVERYWHERE, perByte(500, 1)),
  env_var_count: row([], 'size', '*', 500),
  env_var_name_size: row(['size'], 'size', '*', 500),
  env_var_name_copy: row(['size', 'size', 'size', 'size'], 'none', '*', perByte(500, 3)),
  env_var_name_exists: row(['size', 'size'], 'i32', '*', 500),
  env_var_value_size: row(['size', 'size'], 'size', '*', 500),
  env_var_value_copy: row(['size', 'size', 'size', 'size', 'size'], 'none', '*', perByte(500, 4)),
  mint_cycles128: row(['i64', 'i64', 'size'], 'none', 'U RQ Ry Rt T', 0),
  debug_print: row(['size', 'size'], 'none', EVERYWHERE, 100),
  trap: row(['size', 'size'], 'none', EVERYWHERE, perByte(500, 1)),
} as const satisfies Record<string, HostFunctionRow>

export type HostFunctionName = keyof typeof HOST_FUNCTIONS

const ENTRIES = Object.entries(HOST_FUNCTIONS) as [HostFunctionName, HostFunctionRow][]
const OF_WASM32: ReadonlyMap<string, HostFunctionType> = new Map(ENTRIES)
const OF_WASM64: ReadonlyMap<string, HostFunctionType> = new Map(ENTRIES.filter(([, {only32Bit}]) => !only32Bit))

/** What a module may import, by the width of its memory. */
export const hostFunctionTable: HostFunctionTable = (isWasm64) => (isWasm64 ? OF_WASM64 : OF_WASM32)

function row(
  params: readonly HostParam[],
  result: HostResult,
  modes: string,
  cost: number | HostFunctionCost,
  only32Bit = false,
): HostFunctionRow {
  return {params, result, modes: parseModes(modes), cost: typeof cost === 'number' ? {base: cost, sizes: [], factor: 0} : cost, only32Bit}
}

/** `factor` instructions more for each byte of the parameter at `position`. */
function perByte(base: number, position: number, factor = 1): HostFunctionCost {
  return {base, sizes: [position], factor}
}
