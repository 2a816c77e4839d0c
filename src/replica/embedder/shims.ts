/**
 * Shims between the canister's view of a host function and JavaScript's: sizes and 64-bit values pass as f64, which costs nothing, where a
 * BigInt costs 8 ns each (design: `engine.md` section 4).
 */

import {OP, OP_FC, TYPE} from '../../wasm/constants.js'
import {type Code, call, code, localGet} from '../../wasm/instructions.js'
import type {FunctionType} from '../../wasm/module.js'
import type {HostFunctionType, HostParam, HostResult} from './types.js'

/** The type a canister must import the function with. */
export function declaredType(host: HostFunctionType, isWasm64: boolean): FunctionType {
  return {
    params: host.params.map((param) => declaredValue(param, isWasm64)),
    results: host.result === 'none' ? [] : [declaredValue(host.result, isWasm64)],
  }
}

/** The type JavaScript sees. */
export function shimmedType(host: HostFunctionType): FunctionType {
  return {params: host.params.map(shimmedValue), results: host.result === 'none' ? [] : [shimmedValue(host.result)]}
}

/** True when both views are the same and no shim is needed. */
export function isPassedUnchanged(host: HostFunctionType): boolean {
  return [...host.params, host.result].every((kind) => kind === 'i32' || kind === 'i64' || kind === 'none')
}

/** Body of the shim that calls import `index`. */
export function shimBody(host: HostFunctionType, index: number, isWasm64: boolean): number[] {
  const params = host.params.map((param, position) => code(localGet(position), toHost(param, isWasm64)))
  return code(...params, call(index), fromHost(host.result, isWasm64), OP.end)
}

function declaredValue(kind: HostParam | HostResult, isWasm64: boolean): number {
  if (kind === 'size') return isWasm64 ? TYPE.i64 : TYPE.i32
  return kind === 'i32' ? TYPE.i32 : TYPE.i64
}

function shimmedValue(kind: HostParam | HostResult): number {
  return kind === 'i32' ? TYPE.i32 : kind === 'i64' ? TYPE.i64 : TYPE.f64
}

function toHost(param: HostParam, isWasm64: boolean): Code {
  if (param === 'u64') return [OP.f64ConvertI64U]
  if (param === 'size') return [isWasm64 ? OP.f64ConvertI64U : OP.f64ConvertI32U]
  return []
}

function fromHost(result: HostResult, isWasm64: boolean): Code {
  return result === 'size' ? [OP.prefixFc, isWasm64 ? OP_FC.i64TruncSatF64U : OP_FC.i32TruncSatF64U] : []
}
