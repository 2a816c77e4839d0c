/**
 * The module that empties a canister before it is deleted: its one method `send` calls a method somewhere else and attaches all cycles
 * but a margin, the 8 bytes (little-endian) of its argument. Whom it calls with what is built in.
 */

import {EMPTY_BYTES} from '../base/bytes.js'
import {OP, TYPE} from '../wasm/constants.js'
import {encodeModule} from '../wasm/encode.js'
import {access, call, code, i32Const, ifThen, localGet, localSet} from '../wasm/instructions.js'
import type {FunctionType} from '../wasm/module.js'

export interface WithdrawCall {
  readonly callee: Uint8Array
  readonly method: string
  /** Encoded arguments. */
  readonly arg: Uint8Array
}

const {i32, i64} = TYPE
const NOTHING: FunctionType = {params: [], results: []}
const takes = (...params: number[]): FunctionType => ({params, results: []})

/** Functions of the system, in the order of their indices. Source: IC interface specification, "System API". */
const IMPORTS = [
  ['msg_arg_data_copy', takes(i32, i32, i32)],
  ['canister_cycle_balance128', takes(i32)],
  ['call_new', takes(i32, i32, i32, i32, i32, i32, i32, i32)],
  ['call_data_append', takes(i32, i32)],
  ['call_cycles_add128', takes(i64, i64)],
  ['call_perform', {params: [], results: [i32]}],
  ['msg_reply', NOTHING],
  ['msg_reject_msg_size', {params: [], results: [i32]}],
  ['msg_reject_msg_copy', takes(i32, i32, i32)],
  ['msg_reject', takes(i32, i32)],
] as const satisfies readonly (readonly [string, FunctionType])[]

const ic0 = (name: (typeof IMPORTS)[number][0]): number[] => call(IMPORTS.findIndex(([each]) => each === name))

/** Where things lie in memory. */
const MARGIN_AT = 0
const BALANCE_AT = 16
const CALLEE_AT = 64
const METHOD_AT = 128
const ARG_AT = 1024
/** Functions of the table that the answer goes to. */
const ON_REPLY = 0
const ON_REJECT = 1

export function encodeWithdrawModule({callee, method, arg}: WithdrawCall): Uint8Array {
  const name = new TextEncoder().encode(method)
  const [low, high, margin] = [0, 1, 2].map((index) => ({get: localGet(index), set: localSet(index)})) as [Local, Local, Local]
  const send = code(
    ...[i32Const(MARGIN_AT), i32Const(0), i32Const(8), ic0('msg_arg_data_copy')],
    ...[i32Const(BALANCE_AT), ic0('canister_cycle_balance128')],
    ...[i32Const(BALANCE_AT), access(OP.i64Load), low.set, i32Const(BALANCE_AT), access(OP.i64Load, 8), high.set],
    ...[i32Const(MARGIN_AT), access(OP.i64Load), margin.set],
    ...[i32Const(CALLEE_AT), i32Const(callee.length), i32Const(METHOD_AT), i32Const(name.length)],
    ...[i32Const(ON_REPLY), i32Const(0), i32Const(ON_REJECT), i32Const(0), ic0('call_new')],
    ...[i32Const(ARG_AT), i32Const(arg.length), ic0('call_data_append')],
    // balance − margin in 128 bits: the high half lends one when the low half is the smaller.
    ...[high.get, low.get, margin.get, OP.i64LtU, OP.i64ExtendI32U, OP.i64Sub, low.get, margin.get, OP.i64Sub, ic0('call_cycles_add128')],
    ...[ic0('call_perform'), ifThen(OP.unreachable)],
  )
  const reject = code(
    ...[i32Const(ARG_AT), i32Const(0), ic0('msg_reject_msg_size'), ic0('msg_reject_msg_copy')],
    ...[i32Const(ARG_AT), ic0('msg_reject_msg_size'), ic0('msg_reject')],
  )
  return encodeModule({
    imports: IMPORTS.map(([each, type]) => ({module: 'ic0', name: each, type})),
    functions: [
      {type: NOTHING, locals: [i64, i64, i64], body: send, exports: ['canister_update send']},
      {type: takes(i32), body: ic0('msg_reply')},
      {type: takes(i32), body: reject},
    ],
    tables: [{minimum: 2, maximum: 2}],
    elements: [{offset: i32Const(0), functions: [IMPORTS.length + 1, IMPORTS.length + 2]}],
    memory: {minimum: 1, maximum: 1},
    data: [
      {offset: i32Const(CALLEE_AT), content: callee.length > 0 ? callee : EMPTY_BYTES},
      {offset: i32Const(METHOD_AT), content: name},
      {offset: i32Const(ARG_AT), content: arg},
    ],
  })
}

interface Local {
  readonly get: number[]
  readonly set: number[]
}
