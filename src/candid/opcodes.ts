/** The numbers of types in a message. Source: Candid specification, "Types" under "Binary format". */

import type {FuncMode, PrimitiveKind} from './types.js'

export const OPCODE_OF_PRIMITIVE: Record<PrimitiveKind, number> = {
  null: -1,
  bool: -2,
  nat: -3,
  int: -4,
  nat8: -5,
  nat16: -6,
  nat32: -7,
  nat64: -8,
  int8: -9,
  int16: -10,
  int32: -11,
  int64: -12,
  float32: -13,
  float64: -14,
  text: -15,
  reserved: -16,
  empty: -17,
  principal: -24,
}

export const PRIMITIVE_OF_OPCODE: ReadonlyMap<number, PrimitiveKind> = new Map(
  Object.entries(OPCODE_OF_PRIMITIVE).map(([kind, opcode]) => [opcode, kind as PrimitiveKind]),
)

export const OPT = -18
export const VEC = -19
export const RECORD = -20
export const VARIANT = -21
export const FUNC = -22
export const SERVICE = -23

export const FUNC_MODES: readonly FuncMode[] = ['query', 'oneway', 'composite_query']
