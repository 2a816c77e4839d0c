/** The byte code of the universal canister: every `ic0` function is an operation, and a few more move values about. */

import {HOST_FUNCTIONS, type HostFunctionName} from '../../../src/replica/system-api/host-functions.js'

/** Position = operation code. */
export const SYSTEM_CALLS = Object.keys(HOST_FUNCTIONS) as HostFunctionName[]

/** Operations beside the system calls, with what follows the code: `i64` a number, `blob` a length of four bytes and content, `byte` an index. */
export const OTHER_OPERATIONS = [
  /** Pushes the number that follows. */
  'push',
  /** Pushes pointer and length of the content that follows. */
  'blob',
  /** Pushes the pointer to a program that follows with its length before it: the environment of a callback. */
  'program',
  'drop',
  'add',
  /** Pops a pointer, pushes the 64-bit number there. */
  'load',
  /** Pops a pointer and a number, stores the number. */
  'store',
  /** Registers live in the heap: they last as the heap does. */
  'getRegister',
  'setRegister',
  /** The canister's one Wasm global. */
  'getGlobal',
  'setGlobal',
  /** Pops a hook's program (pointer, length) and keeps it for the hook with the index that follows. */
  'setHook',
  /** Pops a number of pages, pushes the result of `memory.grow`. */
  'growMemory',
  /** Pops a number and counts it down to zero. */
  'burn',
  'unreachable',
  'loadOutOfBounds',
  'divideByZero',
  'recurse',
  'callMissingElement',
  'callWrongType',
] as const

export type OtherOperation = (typeof OTHER_OPERATIONS)[number]

export function operationCode(name: HostFunctionName | OtherOperation): number {
  const systemCall = SYSTEM_CALLS.indexOf(name as HostFunctionName)
  return systemCall >= 0 ? systemCall : SYSTEM_CALLS.length + OTHER_OPERATIONS.indexOf(name as OtherOperation)
}

/** Hooks that run a program kept by `setHook`. */
export const HOOKS = [
  'canister_pre_upgrade',
  'canister_heartbeat',
  'canister_global_timer',
  'canister_on_low_wasm_memory',
  'canister_inspect_message',
  /** A query method with an argument that is no program: the transform of an outcall. */
  'canister_query transform',
] as const
export type Hook = (typeof HOOKS)[number]

/** Memory map, in bytes. */
export const LAYOUT = {hooks: 256, registers: 512, stack: 1_024, scratch: 65_536, programs: 196_608, initialPages: 8}
/** Table elements. */
export const ELEMENTS = {callback: 0, wrongType: 1, missing: 2, size: 3}
