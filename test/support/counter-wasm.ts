/**
 * A hand-written canister, assembled byte by byte: a 64-bit counter at address 0 of its heap.
 *
 * `update inc` adds one and replies with the 8 bytes; `query read` replies with them; `update trap_after_inc` adds one and traps;
 * `update forward` calls `inc` of the canister whose id is its argument, and replies with what that replied.
 */

import {concatBytes, encodeUtf8} from '../../src/base/bytes.js'
import {encodeLeb128, encodeSleb128} from '../../src/base/leb128.js'

const I32 = 0x7f

const vector = (items: readonly Uint8Array[]): Uint8Array => concatBytes(encodeLeb128(items.length), ...items)
const sized = (bytes: Uint8Array): Uint8Array => concatBytes(encodeLeb128(bytes.length), bytes)
const section = (id: number, content: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(id), sized(content))
const name = (text: string): Uint8Array => sized(encodeUtf8(text))
const type = (params: readonly number[], results: readonly number[]): Uint8Array =>
  concatBytes(Uint8Array.of(0x60), sized(Uint8Array.from(params)), sized(Uint8Array.from(results)))

/** Imported functions, by the index their calls use. */
const IMPORTS = [
  {name: 'msg_reply', type: 0},
  {name: 'msg_reply_data_append', type: 1},
  {name: 'msg_arg_data_size', type: 2},
  {name: 'msg_arg_data_copy', type: 3},
  {name: 'call_new', type: 4},
  {name: 'call_perform', type: 2},
] as const
const TYPES = [
  type([], []),
  type([I32, I32], []),
  type([], [I32]),
  type([I32, I32, I32], []),
  type(Array(8).fill(I32), []),
  type([I32], []),
]

const index = (imported: (typeof IMPORTS)[number]['name']): number => IMPORTS.findIndex((each) => each.name === imported)
const call = (imported: (typeof IMPORTS)[number]['name']): number[] => [0x10, index(imported)]
const i32 = (value: number): number[] => [0x41, ...encodeSleb128(value)]
const LOAD_COUNTER = [...i32(0), 0x29, 3, 0]
const INCREMENT = [...i32(0), ...LOAD_COUNTER, 0x42, 1, 0x7c, 0x37, 3, 0]
const REPLY_COUNTER = [...i32(0), ...i32(8), ...call('msg_reply_data_append'), ...call('msg_reply')]

/** Where `forward` keeps the callee's id, the method name, and the reply. */
const CALLEE_AT = 64
const METHOD_AT = 128
const REPLY_AT = 192

const FORWARD = [
  ...i32(CALLEE_AT),
  ...i32(0),
  ...call('msg_arg_data_size'),
  ...call('msg_arg_data_copy'),
  ...i32(CALLEE_AT),
  ...call('msg_arg_data_size'),
  ...i32(METHOD_AT),
  ...i32(3),
  ...i32(0),
  ...i32(0),
  ...i32(1),
  ...i32(0),
  ...call('call_new'),
  ...call('call_perform'),
  0x1a,
]
const ON_REPLY = [
  ...i32(REPLY_AT),
  ...i32(0),
  ...call('msg_arg_data_size'),
  ...call('msg_arg_data_copy'),
  ...i32(REPLY_AT),
  ...call('msg_arg_data_size'),
  ...call('msg_reply_data_append'),
  ...call('msg_reply'),
]

const FUNCTIONS: readonly {readonly export?: string; readonly type: number; readonly code: readonly number[]}[] = [
  {export: 'canister_update inc', type: 0, code: [...INCREMENT, ...REPLY_COUNTER]},
  {export: 'canister_query read', type: 0, code: REPLY_COUNTER},
  {export: 'canister_update trap_after_inc', type: 0, code: [...INCREMENT, 0x00]},
  {export: 'canister_update forward', type: 0, code: FORWARD},
  {type: 5, code: ON_REPLY},
  {type: 5, code: [0x00]},
]

export const counterWasm = concatBytes(
  Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  section(1, vector(TYPES)),
  section(2, vector(IMPORTS.map((each) => concatBytes(name('ic0'), name(each.name), Uint8Array.of(0, each.type))))),
  section(3, vector(FUNCTIONS.map((each) => Uint8Array.of(each.type)))),
  section(4, vector([Uint8Array.of(0x70, 0, 2)])),
  section(5, vector([Uint8Array.of(0, 1)])),
  section(
    7,
    vector(
      FUNCTIONS.flatMap((each, position) =>
        each.export === undefined ? [] : [concatBytes(name(each.export), Uint8Array.of(0, IMPORTS.length + position))],
      ),
    ),
  ),
  section(9, vector([Uint8Array.of(0, 0x41, 0, 0x0b, 2, IMPORTS.length + 4, IMPORTS.length + 5)])),
  section(10, vector(FUNCTIONS.map((each) => sized(Uint8Array.from([0, ...each.code, 0x0b]))))),
  section(11, vector([concatBytes(Uint8Array.of(0, 0x41), encodeSleb128(METHOD_AT), Uint8Array.of(0x0b), name('inc'))])),
)

/** The counter's 8 bytes as a number. */
export const readCounter = (reply: Uint8Array): bigint => new DataView(reply.buffer, reply.byteOffset, 8).getBigUint64(0, true)
