/** The table of digest system-api section 5, written down once more and apart from the implementation: the tests' own source of truth. */

import type {ExecutionMode} from '../../../src/replica/system-api/modes.js'

export interface ExpectedFunction {
  /** Parameters after `:`; `I` by memory width. */
  readonly type: string
  readonly modes: string
  readonly cost: number
  /** Instructions per byte, and the positions of the sizes. */
  readonly perByte?: readonly [instructions: number, ...positions: number[]]
  readonly is32?: true
}

const ARG = 'I U RQ NRQ TQ CQ Ry CRy F'
const INFO = 'U RQ NRQ CQ Ry Rt CRy CRt C CC F'
const ANSWER = 'U RQ NRQ TQ CQ Ry Rt CRy CRt'
const CALL = 'U CQ Ry Rt CRy CRt T'
const KEYS = 'I G U RQ Ry Rt C T'

const size = (modes: string): ExpectedFunction => ({type: '->I', modes, cost: 500})
const copy = (modes: string): ExpectedFunction => ({type: 'I,I,I', modes, cost: 500, perByte: [1, 2]})
const f = (type: string, modes: string, cost = 500, more: Partial<ExpectedFunction> = {}): ExpectedFunction => ({
  type,
  modes,
  cost,
  ...more,
})

export const EXPECTED: Readonly<Record<string, ExpectedFunction>> = {
  msg_arg_data_size: size(ARG),
  msg_arg_data_copy: copy(ARG),
  msg_caller_size: size('*'),
  msg_caller_copy: copy('*'),
  msg_caller_info_data_size: size(INFO),
  msg_caller_info_data_copy: copy(INFO),
  msg_caller_info_signer_size: size(INFO),
  msg_caller_info_signer_copy: copy(INFO),
  msg_reject_code: f('->i32', 'Ry Rt CRy CRt C'),
  msg_reject_msg_size: size('Rt CRt'),
  msg_reject_msg_copy: copy('Rt CRt'),
  msg_deadline: f('->i64', 'U RQ NRQ TQ CQ Ry Rt CRy CRt'),
  msg_reply_data_append: f('I,I', ANSWER, 500, {perByte: [50, 1]}),
  msg_reply: f('', ANSWER),
  msg_reject: f('I,I', ANSWER, 500, {perByte: [50, 1]}),
  msg_cycles_available: f('->i64', 'U RQ Rt Ry', 500, {is32: true}),
  msg_cycles_available128: f('I', 'U RQ Rt Ry'),
  msg_cycles_refunded: f('->i64', 'Rt Ry', 500, {is32: true}),
  msg_cycles_refunded128: f('I', 'Rt Ry'),
  msg_cycles_accept: f('i64->i64', 'U RQ Rt Ry', 500, {is32: true}),
  msg_cycles_accept128: f('i64,i64,I', 'U RQ Rt Ry'),
  cycles_burn128: f('i64,i64,I', 'I G U RQ Ry Rt C T'),
  canister_self_size: size('*'),
  canister_self_copy: copy('*'),
  canister_cycle_balance: f('->i64', '*', 500, {is32: true}),
  canister_cycle_balance128: f('I', '*'),
  canister_liquid_cycle_balance128: f('I', '*'),
  canister_status: f('->i32', '*'),
  canister_version: f('->i64', '*'),
  subnet_self_size: size('*'),
  subnet_self_copy: copy('*'),
  msg_method_name_size: size('F'),
  msg_method_name_copy: copy('F'),
  accept_message: f('', 'F'),
  call_new: f('I,I,I,I,I,I,I,I', CALL, 1500, {perByte: [1, 1, 3]}),
  call_on_cleanup: f('I,I', CALL),
  call_data_append: f('I,I', CALL, 500, {perByte: [50, 1]}),
  call_with_best_effort_response: f('i32', CALL),
  call_cycles_add: f('i64', 'U Ry Rt T', 500, {is32: true}),
  call_cycles_add128: f('i64,i64', 'U Ry Rt T'),
  call_perform: f('->i32', CALL, 5000),
  stable_size: f('->i32', '* s', 0, {is32: true}),
  stable_grow: f('i32->i32', '* s', 100, {is32: true}),
  stable_write: f('i32,i32,i32', '* s', 20, {perByte: [1, 2], is32: true}),
  stable_read: f('i32,i32,i32', '* s', 20, {perByte: [1, 2], is32: true}),
  stable64_size: f('->i64', '* s', 0),
  stable64_grow: f('i64->i64', '* s', 100),
  stable64_write: f('i64,i64,i64', '* s', 20, {perByte: [1, 2]}),
  stable64_read: f('i64,i64,i64', '* s', 20, {perByte: [1, 2]}),
  root_key_size: size(KEYS),
  root_key_copy: copy(KEYS),
  certified_data_set: f('I,I', 'I G U Ry Rt T', 500, {perByte: [1, 1]}),
  data_certificate_present: f('->i32', '*'),
  data_certificate_size: size('NRQ CQ'),
  data_certificate_copy: copy('NRQ CQ'),
  time: f('->i64', '*'),
  global_timer_set: f('i64->i64', 'I G U Ry Rt C T'),
  performance_counter: f('i32->i64', '* s', 200),
  is_controller: f('I,I->i32', '* s', 1000, {perByte: [1, 1]}),
  in_replicated_execution: f('->i32', '* s'),
  cost_call: f('i64,i64,I', '* s'),
  cost_create_canister: f('I', '* s'),
  cost_http_request: f('i64,i64,I', '* s'),
  cost_sign_with_ecdsa: f('I,I,i32,I->i32', '* s', 500, {perByte: [1, 1]}),
  cost_sign_with_schnorr: f('I,I,i32,I->i32', '* s', 500, {perByte: [1, 1]}),
  cost_vetkd_derive_key: f('I,I,i32,I->i32', '* s', 500, {perByte: [1, 1]}),
  env_var_count: size('*'),
  env_var_name_size: f('I->I', '*'),
  env_var_name_copy: f('I,I,I,I', '*', 500, {perByte: [1, 3]}),
  env_var_name_exists: f('I,I->i32', '*'),
  env_var_value_size: f('I,I->I', '*'),
  env_var_value_copy: f('I,I,I,I,I', '*', 500, {perByte: [1, 4]}),
  debug_print: f('I,I', '* s', 100),
  trap: f('I,I', '* s', 500, {perByte: [1, 1]}),
}

/** Whether the row allows the mode: `*` is every mode but start. */
export function allows({modes}: ExpectedFunction, mode: ExecutionMode): boolean {
  const names = modes.split(' ')
  return names.includes(mode) || (mode !== 's' && names.includes('*'))
}

export function parameterCount({type}: ExpectedFunction): number {
  const params = type.split('->')[0]!
  return params === '' ? 0 : params.split(',').length
}
