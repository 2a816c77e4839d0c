/** Reads what follows an opcode, checked against the original module. */

import {TYPE} from '../../wasm/constants.js'
import type {WasmReader} from '../../wasm/reader.js'

/** An index below `count`. */
export function readIndex(reader: WasmReader, count: number, what: string): number {
  const index = reader.u32()
  return index < count ? index : reader.fail(`unknown ${what} ${index}`)
}

export function readValueType(reader: WasmReader): void {
  if (!isValueType(reader.byte())) reader.fail('unknown value type')
}

export function isValueType(type: number): boolean {
  return (type >= TYPE.v128 && type <= TYPE.i32) || type === TYPE.funcref || type === TYPE.externref
}

/** Ends with the instruction's opcode, and the one after its prefix if it has one. */
export function failUnknown(reader: WasmReader, opcode: number, second?: number): never {
  const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`
  return reader.fail(`unknown or unsupported instruction ${hex(opcode)}${second === undefined ? '' : ` ${hex(second)}`}`)
}
