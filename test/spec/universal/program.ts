/** Writes programs for the universal canister: each helper gives a piece of byte code, a program is their concatenation. */

import {encodeUtf8} from '../../../src/base/bytes.js'
import {type Principal, principalToBytes} from '../../../src/protocol/principal.js'
import type {HostFunctionName} from '../../../src/replica/system-api/host-functions.js'
import {ELEMENTS, HOOKS, type Hook, LAYOUT, type OtherOperation, operationCode} from './operations.js'

export type Piece = readonly number[]

export function program(...pieces: readonly Piece[]): Uint8Array {
  return Uint8Array.from(pieces.flat())
}

/** A system call; parameters must be on the stack. */
export const ic0 = (name: HostFunctionName): Piece => [operationCode(name)]
export const op = (name: OtherOperation): Piece => [operationCode(name)]

export function push(value: number | bigint): Piece {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true)
  return [operationCode('push'), ...bytes]
}

/** Pushes pointer and length of a constant. */
export const blob = (content: Uint8Array | string): Piece => [operationCode('blob'), ...sized(bytesOf(content))]

/** Pushes the environment of a callback that runs `pieces`. */
export const callback = (...pieces: readonly Piece[]): Piece => [operationCode('program'), ...sized(program(...pieces))]

export const getRegister = (index: number): Piece => [operationCode('getRegister'), index]
export const setRegister = (index: number): Piece => [operationCode('setRegister'), index]
export const setHook = (hook: Hook, ...pieces: readonly Piece[]): Piece => [
  ...blob(program(...pieces)),
  operationCode('setHook'),
  HOOKS.indexOf(hook),
]

/** A system call with constant arguments. */
export const invoke = (name: HostFunctionName, ...args: readonly (number | bigint)[]): Piece => [...args.flatMap(push), ...ic0(name)]

/** Appends constant bytes to the reply. */
export const append = (content: Uint8Array | string): Piece => [...blob(content), ...ic0('msg_reply_data_append')]
export const reply = (content: Uint8Array | string = ''): Piece => [...append(content), ...ic0('msg_reply')]
export const reject = (text: string): Piece => [...blob(text), ...ic0('msg_reject')]
export const trap = (text: string): Piece => [...blob(text), ...ic0('trap')]
export const print = (text: string): Piece => [...blob(text), ...ic0('debug_print')]

/** Pops a number and appends its eight bytes, little endian, to the reply. */
export const appendNumber: Piece = [...setRegister(31), ...push(LAYOUT.registers + 31 * 8), ...push(8), ...ic0('msg_reply_data_append')]

/** Appends the first `length` bytes at `pointer` to the reply. */
export const appendMemory = (pointer: number, length: number): Piece => invoke('msg_reply_data_append', pointer, length)

type BlobName = HostFunctionName extends infer Name ? (Name extends `${infer Base}_size` ? Base : never) : never

/** Pushes pointer and length of what the system gives by `name_size` and `name_copy`. */
export function read(name: BlobName): Piece {
  return [
    ...ic0(`${name}_size` as HostFunctionName),
    ...setRegister(30),
    ...push(LAYOUT.scratch),
    ...push(0),
    ...getRegister(30),
    ...ic0(`${name}_copy` as HostFunctionName),
    ...push(LAYOUT.scratch),
    ...getRegister(30),
  ]
}

/** Appends what the system gives under this name to the reply. */
export const appendRead = (name: BlobName): Piece => [...read(name), ...ic0('msg_reply_data_append')]

export interface CallOptions {
  readonly method?: string
  readonly payload?: Uint8Array | string
  readonly onReply?: readonly Piece[]
  readonly onReject?: readonly Piece[]
  readonly onCleanup?: readonly Piece[]
  readonly cycles?: bigint
  readonly timeoutSeconds?: number
}

/** A whole call; leaves the result of `call_perform` on the stack. Without callbacks the answer is ignored. */
export function makeCall(callee: Principal, options: CallOptions = {}): Piece {
  const {method = 'update', payload = '', onReply = [], onReject = [], onCleanup, cycles, timeoutSeconds} = options
  return [
    ...blob(principalToBytes(callee)),
    ...blob(method),
    ...closure(onReply),
    ...closure(onReject),
    ...ic0('call_new'),
    ...(onCleanup ? [...closure(onCleanup), ...ic0('call_on_cleanup')] : []),
    ...blob(payload),
    ...ic0('call_data_append'),
    ...(cycles === undefined ? [] : invoke('call_cycles_add128', cycles >> 64n, cycles)),
    ...(timeoutSeconds === undefined ? [] : invoke('call_with_best_effort_response', timeoutSeconds)),
    ...ic0('call_perform'),
  ]
}

/** Pushes table index and environment of a callback. */
export function closure(pieces: readonly Piece[]): Piece {
  return [...push(ELEMENTS.callback), ...callback(...pieces)]
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? encodeUtf8(content) : content
}

function sized(content: Uint8Array): number[] {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, content.length, true)
  return [...length, ...content]
}
