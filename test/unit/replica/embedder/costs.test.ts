/** The cost tables against the text of `execution-and-cycles.md` section 5, by instruction name: names and opcodes come from the core specification. */

import assert from 'node:assert/strict'
import {COMPLEXITY, COSTS_WASM32, COSTS_WASM64} from '../../../../src/replica/embedder/costs.js'

/** Opcode of the first name, then names in opcode order; `_` is a gap. */
const SINGLE: readonly (readonly [number, string])[] = [
  [0x00, 'unreachable nop block loop if else'],
  [0x0b, 'end br br_if br_table return call call_indirect return_call return_call_indirect'],
  [0x1a, 'drop select select_t'],
  [0x20, 'local.get local.set local.tee global.get global.set table.get table.set'],
  [
    0x28,
    'i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u',
  ],
  [
    0x36,
    'i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32 memory.size memory.grow i32.const i64.const f32.const f64.const',
  ],
  [0x45, 'i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u'],
  [0x50, 'i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u'],
  [0x5b, 'f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge'],
  [
    0x67,
    'i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr',
  ],
  [
    0x79,
    'i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr',
  ],
  [0x8b, 'f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign'],
  [0x99, 'f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign'],
  [
    0xa7,
    'i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u',
  ],
  [
    0xb2,
    'f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32',
  ],
  [
    0xbc,
    'i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s',
  ],
  [0xd0, 'ref.null ref.is_null ref.func'],
]
const AFTER_FC: readonly (readonly [number, string])[] = [
  [
    0,
    'i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u',
  ],
  [8, 'memory.init data.drop memory.copy memory.fill table.init elem.drop table.copy table.grow table.size table.fill'],
]
const COMPARE = (shape: string) =>
  ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'].map((name) => `${shape}.${name}`).join(' ')
const FLOAT_COMPARE = (shape: string) => ['eq', 'ne', 'lt', 'gt', 'le', 'ge'].map((name) => `${shape}.${name}`).join(' ')
const AFTER_FD: readonly (readonly [number, string])[] = [
  [
    0,
    'v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat v128.store v128.const i8x16.shuffle i8x16.swizzle',
  ],
  [15, 'i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat'],
  [
    21,
    'i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane',
  ],
  [35, `${COMPARE('i8x16')} ${COMPARE('i16x8')} ${COMPARE('i32x4')} ${FLOAT_COMPARE('f32x4')} ${FLOAT_COMPARE('f64x2')}`],
  [
    77,
    'v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane v128.load32_zero v128.load64_zero f32x4.demote_f64x2_zero f64x2.promote_low_f32x4',
  ],
  [
    96,
    'i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u f64x2.ceil f64x2.floor i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u',
  ],
  [124, 'i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u'],
  [
    128,
    'i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u _ i16x8.avgr_u i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u',
  ],
  [
    160,
    'i32x4.abs i32x4.neg _ i32x4.all_true i32x4.bitmask _ _ i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add _ _ i32x4.sub _ _ _ i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s _ i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u',
  ],
  [
    192,
    'i64x2.abs i64x2.neg _ i64x2.all_true i64x2.bitmask _ _ i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add _ _ i64x2.sub _ _ _ i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u',
  ],
  [
    224,
    'f32x4.abs f32x4.neg _ f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax f64x2.abs f64x2.neg _ f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u',
  ],
]

type Rule = readonly [cost: number, pattern: RegExp]

/** The first that matches; otherwise 1. */
const SCALAR_RULES: readonly Rule[] = [
  [0, /^(block|loop|else|end)$/],
  [2, /^(if|br|br_if|br_table)$/],
  [10, /^i..\.(div|rem)_/],
  [2, /^global\./],
  [2, /^f..\.(add|sub|mul|ceil|floor|trunc|nearest)$/],
  [3, /^f32\.div$/],
  [5, /^f64\.div$/],
  [18, /^f..\.(min|max)$/],
  [2, /^f32\.copysign$/],
  [3, /^f64\.copysign$/],
  [5, /^f32\.sqrt$/],
  [8, /^f64\.sqrt$/],
  [3, /^f..\.(eq|ne|lt|gt|le|ge)$/],
  [3, /^f..\.convert_i.._s$/],
  [16, /^f..\.convert_i.._u$/],
  [20, /^i..\.trunc_/],
  [5, /^call$/],
  [10, /^call_indirect$/],
  [3, /^return_call$/],
  [60, /^return_call_indirect$/],
  [5, /^ref\.is_null$/],
  [130, /^ref\.func$/],
  [20, /^memory\.size$/],
  [100, /^table\.size$/],
  [300, /^(memory|table)\.grow$/],
  [5, /^table\.[gs]et$/],
  [100, /^(memory|table)\.(fill|copy|init)$/],
  [300, /^(data|elem)\.drop$/],
]
const VECTOR_RULES: readonly Rule[] = [
  [2, /^(i8x16|i16x8|i32x4)\.(lt_u|gt_u)$/],
  [2, /^i8x16\.shr_u$/],
  [2, /^(i16x8|i32x4)\.(shl|shr_s|shr_u)$/],
  [2, /^i64x2\.(shl|shr_u)$/],
  [2, /^i32x4\.mul$/],
  [2, /^i16x8\.extmul_high_/],
  [2, /^i32x4\.extmul_/],
  [2, /^i16x8\.extadd_pairwise_i8x16_u$/],
  [2, /^f(32x4|64x2)\.(ceil|floor|trunc|nearest|abs|neg|add|sub|mul)$/],
  [2, /^i32x4\.trunc_sat_f32x4_s$/],
  [2, /^i32x4\.trunc_sat_f64x2_s_zero$/],
  [3, /^i8x16\.(shuffle|popcnt|shl|shr_s)$/],
  [3, /^i64x2\.shr_s$/],
  [3, /^i32x4\.extadd_pairwise_i16x8_u$/],
  [3, /^i32x4\.trunc_sat_f64x2_u_zero$/],
  [4, /^i64x2\.mul$/],
  [4, /^f32x4\.(min|max)$/],
  [4, /^f64x2\.min$/],
  [4, /^i32x4\.trunc_sat_f32x4_u$/],
  [4, /^f32x4\.convert_i32x4_u$/],
  [5, /^f32x4\.sqrt$/],
  [5, /^f64x2\.max$/],
  [10, /^f32x4\.div$/],
  [12, /^f64x2\.div$/],
  [14, /^f64x2\.sqrt$/],
]
const COMPLEXITY_RULES: readonly Rule[] = [
  [50, /^(block|loop|if|br|br_if|br_table|call|call_indirect|memory\.grow)$/],
  [14, /^table\.get$/],
  [8, /^ref\.func$/],
  [6, /^ref\.is_null$/],
  [5, /^(i..\.trunc_f|f..\.convert_i|i64\.extend_i32|f32\.demote)/],
  [4, /^f..\.(neg|abs)$/],
  [2, /^([if]..\.(div|rem)|f..\.copysign|f64\.eq$|i32\.wrap|i..\.extend\d+_s|f64\.promote|f..\.reinterpret|i64\.reinterpret)/],
]
const ACCESS = /\.(load|store)/

function* opcodes(table: readonly (readonly [number, string])[]): Generator<[opcode: number, name: string]> {
  for (const [first, names] of table)
    for (const [position, name] of names.split(' ').entries()) if (name !== '_') yield [first + position, name]
}
const apply = (rules: readonly Rule[], name: string): number => rules.find(([, pattern]) => pattern.test(name))?.[0] ?? 1

/** Names whose cost differs from what the rules say. */
function differences(
  table: readonly (readonly [number, string])[],
  costs: Uint16Array,
  rules: readonly Rule[],
  accessCost: number,
): string[] {
  return [...opcodes(table)]
    .map(([opcode, name]) => ({name, found: costs[opcode]!, expected: ACCESS.test(name) ? accessCost : apply(rules, name)}))
    .filter(({found, expected}) => found !== expected)
    .map(({name, found, expected}) => `${name}: ${found}, not ${expected}`)
}

describe('costs', () => {
  for (const {costs, access} of [
    {costs: COSTS_WASM32, access: 1},
    {costs: COSTS_WASM64, access: 2},
  ]) {
    it(`are those of the specification, accesses ${access}`, () => {
      assert.deepEqual(differences(SINGLE, costs.single, SCALAR_RULES, access), [])
      assert.deepEqual(differences(AFTER_FC, costs.afterFc, SCALAR_RULES, access), [])
    })
    it(`of vectors are those of the specification, accesses ${access}`, () =>
      assert.deepEqual(differences(AFTER_FD, costs.afterFd, VECTOR_RULES, access), []))
  }

  it('of compilation are the weights of the specification', () =>
    assert.deepEqual(
      [...opcodes(SINGLE)].filter(([opcode, name]) => COMPLEXITY[opcode] !== apply(COMPLEXITY_RULES, name)).map(([, name]) => name),
      [],
    ))

  it('would be caught by one', () => {
    const planted = COSTS_WASM32.afterFd.slice()
    planted[188] = 1
    assert.deepEqual(differences(AFTER_FD, planted, VECTOR_RULES, 1), ['i32x4.extmul_low_i16x8_s: 1, not 2'])
  })
})
