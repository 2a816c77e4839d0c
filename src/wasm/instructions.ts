/** A small assembler: instructions as byte arrays, for code that icicle writes itself and for modules in tests. */

import {encodeLeb128, encodeSleb128} from '../base/leb128.js'
import {OP, TYPE} from './constants.js'

export type Code = readonly number[]

/** Joins opcodes and instructions into one sequence. */
export function code(...parts: readonly (number | Code)[]): number[] {
  return parts.flat()
}

export const uleb = (value: number | bigint): number[] => [...encodeLeb128(value)]

export const i32Const = (value: number): number[] => [OP.i32Const, ...encodeSleb128(value | 0)]
export const i64Const = (value: number | bigint): number[] => [OP.i64Const, ...encodeSleb128(BigInt.asIntN(64, BigInt(value)))]

export function f32Const(value: number): number[] {
  return [OP.f32Const, ...new Uint8Array(Float32Array.of(value).buffer)]
}

export function f64Const(value: number): number[] {
  return [OP.f64Const, ...new Uint8Array(Float64Array.of(value).buffer)]
}

export const localGet = (index: number): number[] => [OP.localGet, ...uleb(index)]
export const localSet = (index: number): number[] => [OP.localSet, ...uleb(index)]
export const localTee = (index: number): number[] => [OP.localTee, ...uleb(index)]
export const globalGet = (index: number): number[] => [OP.globalGet, ...uleb(index)]
export const globalSet = (index: number): number[] => [OP.globalSet, ...uleb(index)]
export const call = (index: number): number[] => [OP.call, ...uleb(index)]
export const br = (label: number): number[] => [OP.br, ...uleb(label)]
export const brIf = (label: number): number[] => [OP.brIf, ...uleb(label)]
export const callIndirect = (type: number, table = 0): number[] => [OP.callIndirect, ...uleb(type), ...uleb(table)]

/** A load or store without alignment promise. */
export const access = (opcode: number, offset: number | bigint = 0): number[] => [opcode, 0, ...uleb(offset)]

export const block = (...body: readonly (number | Code)[]): number[] => [OP.block, TYPE.empty, ...code(...body), OP.end]
export const loop = (...body: readonly (number | Code)[]): number[] => [OP.loop, TYPE.empty, ...code(...body), OP.end]
export const ifThen = (...body: readonly (number | Code)[]): number[] => [OP.if, TYPE.empty, ...code(...body), OP.end]
