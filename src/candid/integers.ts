/** The ranges of the integer types; `size` in bytes, 0 for the unbounded ones. Source: Candid specification, "Core grammar". */

import type {PrimitiveKind} from './types.js'

export type IntegerKind = Extract<PrimitiveKind, `nat${string}` | `int${string}`>

export interface IntegerRange {
  readonly size: 0 | 1 | 2 | 4 | 8
  readonly signed: boolean
  readonly min: bigint | number
  readonly max: bigint | undefined
}

export const INTEGERS: Record<IntegerKind, IntegerRange> = {
  nat: {size: 0, signed: false, min: 0n, max: undefined},
  int: {size: 0, signed: true, min: Number.NEGATIVE_INFINITY, max: undefined},
  nat8: unsigned(1),
  nat16: unsigned(2),
  nat32: unsigned(4),
  nat64: unsigned(8),
  int8: signed(1),
  int16: signed(2),
  int32: signed(4),
  int64: signed(8),
}

export function isIntegerKind(kind: string): kind is IntegerKind {
  return Object.hasOwn(INTEGERS, kind)
}

/** Whether values of the kind are bigint. */
export function isBigKind(kind: IntegerKind): boolean {
  return INTEGERS[kind].size === 0 || INTEGERS[kind].size === 8
}

function unsigned(size: 1 | 2 | 4 | 8): IntegerRange {
  return {size, signed: false, min: 0n, max: (1n << BigInt(8 * size)) - 1n}
}

function signed(size: 1 | 2 | 4 | 8): IntegerRange {
  const half = 1n << BigInt(8 * size - 1)
  return {size, signed: true, min: -half, max: half - 1n}
}
