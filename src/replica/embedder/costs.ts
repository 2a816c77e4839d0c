/** Instructions that the IC charges for each Wasm instruction (`execution-and-cycles.md` section 5, "Metering scheme"). */

import {OP, OP_FC} from '../../wasm/constants.js'

/** First and last opcode → cost; the opcodes not listed cost 1. */
const SINGLE: readonly (readonly [first: number, last: number, cost: number])[] = [
  [OP.block, OP.loop, 0],
  [OP.if, OP.if, 2],
  [OP.else, OP.else, 0],
  [OP.end, OP.end, 0],
  [OP.br, OP.brTable, 2],
  [OP.call, OP.call, 5],
  [OP.callIndirect, OP.callIndirect, 10],
  [OP.returnCall, OP.returnCall, 3],
  [OP.returnCallIndirect, OP.returnCallIndirect, 60],
  [OP.globalGet, OP.globalSet, 2],
  [OP.tableGet, OP.tableSet, 5],
  [OP.memorySize, OP.memorySize, 20],
  [OP.memoryGrow, OP.memoryGrow, 300],
  [0x5b, 0x66, 3], // float comparisons
  [0x6d, 0x70, 10], // i32 division and remainder
  [0x7f, 0x82, 10], // i64 division and remainder
  [0x8d, 0x90, 2], // f32 ceil floor trunc nearest
  [0x91, 0x91, 5], // f32.sqrt
  [0x92, 0x94, 2], // f32 add sub mul
  [0x95, 0x95, 3], // f32.div
  [0x96, 0x97, 18], // f32 min max
  [0x98, 0x98, 2], // f32.copysign
  [0x9b, 0x9e, 2], // f64 ceil floor trunc nearest
  [0x9f, 0x9f, 8], // f64.sqrt
  [0xa0, 0xa2, 2], // f64 add sub mul
  [0xa3, 0xa3, 5], // f64.div
  [0xa4, 0xa5, 18], // f64 min max
  [0xa6, 0xa6, 3], // f64.copysign
  [0xa8, 0xab, 20], // i32.trunc_f*
  [0xae, 0xb1, 20], // i64.trunc_f*
  [0xb2, 0xb2, 3], // f32.convert_i32_s
  [0xb3, 0xb3, 16],
  [0xb4, 0xb4, 3], // f32.convert_i64_s
  [0xb5, 0xb5, 16],
  [0xb7, 0xb7, 3], // f64.convert_i32_s
  [0xb8, 0xb8, 16],
  [0xb9, 0xb9, 3], // f64.convert_i64_s
  [0xba, 0xba, 16],
  [OP.refIsNull, OP.refIsNull, 5],
  [OP.refFunc, OP.refFunc, 130],
]

const AFTER_FC: readonly (readonly [number, number, number])[] = [
  [0, 7, 20], // saturating float to int
  [OP_FC.memoryInit, OP_FC.memoryInit, 100],
  [OP_FC.dataDrop, OP_FC.dataDrop, 300],
  [OP_FC.memoryCopy, OP_FC.memoryFill, 100],
  [OP_FC.tableInit, OP_FC.tableInit, 100],
  [OP_FC.elemDrop, OP_FC.elemDrop, 300],
  [OP_FC.tableCopy, OP_FC.tableCopy, 100],
  [OP_FC.tableGrow, OP_FC.tableGrow, 300],
  [OP_FC.tableSize, OP_FC.tableFill, 100],
]

const AFTER_FD: readonly (readonly [number, number, number])[] = [
  [13, 13, 3], // i8x16.shuffle
  [38, 38, 2], // i8x16.lt_u
  [40, 40, 2],
  [48, 48, 2], // i16x8.lt_u
  [50, 50, 2],
  [58, 58, 2], // i32x4.lt_u
  [60, 60, 2],
  [98, 98, 3], // i8x16.popcnt
  [103, 106, 2], // f32x4 ceil floor trunc nearest
  [107, 108, 3], // i8x16 shl shr_s
  [109, 109, 2],
  [116, 117, 2], // f64x2 ceil floor
  [122, 122, 2], // f64x2.trunc
  [125, 125, 2], // i16x8.extadd_pairwise_i8x16_u
  [127, 127, 3], // i32x4.extadd_pairwise_i16x8_u
  [139, 141, 2], // i16x8 shl shr_s shr_u
  [148, 148, 2], // f64x2.nearest
  [157, 157, 2], // i16x8.extmul_high_*
  [159, 159, 2],
  [171, 173, 2], // i32x4 shl shr_s shr_u
  [181, 181, 2], // i32x4.mul
  [188, 191, 2], // i32x4.extmul_*
  [203, 203, 2], // i64x2.shl
  [204, 204, 3],
  [205, 205, 2],
  [213, 213, 4], // i64x2.mul
  [224, 225, 2], // f32x4 abs neg
  [227, 227, 5], // f32x4.sqrt
  [228, 230, 2], // f32x4 add sub mul
  [231, 231, 10],
  [232, 233, 4], // f32x4 min max
  [236, 237, 2], // f64x2 abs neg
  [239, 239, 14], // f64x2.sqrt
  [240, 242, 2], // f64x2 add sub mul
  [243, 243, 12],
  [244, 244, 4], // f64x2.min
  [245, 245, 5],
  [248, 248, 2], // i32x4.trunc_sat_f32x4_s
  [249, 249, 4],
  [251, 251, 4], // f32x4.convert_i32x4_u
  [252, 252, 2], // i32x4.trunc_sat_f64x2_s_zero
  [253, 253, 3],
]

/** Loads and stores cost twice as much with a 64-bit memory. */
const SINGLE_ACCESS = [0x28, 0x3e] as const
const VECTOR_ACCESSES = [
  [0, 11],
  [84, 93],
] as const

export interface CostTable {
  /** By opcode, after no prefix, `fc`, `fd`. */
  readonly single: Uint16Array
  readonly afterFc: Uint16Array
  readonly afterFd: Uint16Array
}

export const COSTS_WASM32 = makeCosts(1)
export const COSTS_WASM64 = makeCosts(2)

function makeCosts(accessCost: number): CostTable {
  return {
    single: makeTable([...SINGLE, [...SINGLE_ACCESS, accessCost]]),
    afterFc: makeTable(AFTER_FC),
    afterFd: makeTable([...AFTER_FD, ...VECTOR_ACCESSES.map(([first, last]) => [first, last, accessCost] as const)]),
  }
}

function makeTable(ranges: readonly (readonly [number, number, number])[]): Uint16Array {
  const table = new Uint16Array(256).fill(1)
  for (const [first, last, cost] of ranges) table.fill(cost, first, last + 1)
  return table
}

/**
 * The IC's measure of how dear a function is to compile (`system-api.md` section 2, "Complexity weights"), by opcode without prefix; among
 * the prefixed ones only `memory.copy` (4) is not 1.
 */
export const COMPLEXITY = makeTable([
  [OP.block, OP.if, 50],
  [OP.br, OP.brTable, 50],
  [OP.call, OP.callIndirect, 50],
  [OP.memoryGrow, OP.memoryGrow, 50],
  [OP.tableGet, OP.tableGet, 14],
  [OP.refFunc, OP.refFunc, 8],
  [OP.refIsNull, OP.refIsNull, 6],
  [0xa8, 0xbb, 5], // float to int, i64.extend_i32, int to float, f32.demote
  [0x8b, 0x8c, 4], // f32 abs neg
  [0x99, 0x9a, 4], // f64 abs neg
  [0x61, 0x61, 2], // f64.eq
  [0x6d, 0x70, 2], // i32 division and remainder
  [0x7f, 0x82, 2], // i64 division and remainder
  [0x95, 0x95, 2], // f32.div
  [0x98, 0x98, 2], // f32.copysign
  [0xa3, 0xa3, 2], // f64.div
  [0xa6, 0xa6, 2], // f64.copysign
  [0xa7, 0xa7, 2], // i32.wrap_i64
  [0xbb, 0xbb, 2], // f64.promote_f32
  [0xbd, 0xbf, 2], // i64.reinterpret_f64, f32.reinterpret_i32, f64.reinterpret_i64
  [0xc0, 0xc4, 2], // sign extensions
])
export const COMPLEXITY_MEMORY_COPY = 4
