/**
 * Canonical NaNs: V8's NaN payloads depend on its compiler tier, the IC's are canonical (7fc00000, 7ff8000000000000). After each float
 * operation that can make a NaN, the result is replaced by the canonical one when it is not equal to itself, unless the next instruction only
 * looks at whether it is one (measured: 8 % instead of 18 %, design: `engine.md` section 6).
 */

import {OP, OP_FD} from '../../wasm/constants.js'
import {code} from '../../wasm/instructions.js'
import {type Meter, TEMP} from './meter.js'

interface Shape {
  readonly temp: number
  /** With the value on the stack, its copy in `temp`: what brings the canonical NaN, then how to compare, then how to choose. */
  readonly nan: Uint8Array
  readonly choose: Uint8Array
}

const F32_NAN = [0, 0, 0xc0, 0x7f]
const F64_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
const vector = (lane: readonly number[]): number[] =>
  code(OP.prefixFd, OP_FD.v128Const, Array.from({length: 16 / lane.length}, () => lane).flat())
const afterFd = (opcode: number): number[] => (opcode < 0x80 ? [OP.prefixFd, opcode] : [OP.prefixFd, opcode, opcode >> 7])

const NONE = 0
const F32 = 1
const F64 = 2
const F32X4 = 3
const F64X2 = 4

const SHAPES: readonly Shape[] = [
  {temp: TEMP.i32, nan: new Uint8Array(0), choose: new Uint8Array(0)},
  {temp: TEMP.f32, nan: Uint8Array.from([OP.f32Const, ...F32_NAN]), choose: Uint8Array.of(OP.f32Eq, OP.select)},
  {temp: TEMP.f64, nan: Uint8Array.from([OP.f64Const, ...F64_NAN]), choose: Uint8Array.of(OP.f64Eq, OP.select)},
  {
    temp: TEMP.v128,
    nan: Uint8Array.from(vector(F32_NAN)),
    choose: Uint8Array.from(code(afterFd(OP_FD.f32x4Eq), afterFd(OP_FD.v128Bitselect))),
  },
  {
    temp: TEMP.v128,
    nan: Uint8Array.from(vector(F64_NAN)),
    choose: Uint8Array.from(code(afterFd(OP_FD.f64x2Eq), afterFd(OP_FD.v128Bitselect))),
  },
]

/** Opcode → shape of a result that may be a NaN of any payload. */
const RESULT = new Uint8Array(256)
RESULT.fill(F32, 0x8d, 0x98) // ceil floor trunc nearest sqrt add sub mul div min max
RESULT.fill(F64, 0x9b, 0xa6)
RESULT[0xb6] = F32 // f32.demote_f64
RESULT[0xbb] = F64 // f64.promote_f32

/** Opcode → 1 when its scalar result may be a NaN of any payload. */
export const CAN_BE_NAN = RESULT.map((shape) => (shape === NONE ? 0 : 1))

const VECTOR_RESULT = new Uint8Array(256)
for (const opcode of [94, 103, 104, 105, 106, 227, 228, 229, 230, 231, 232, 233]) VECTOR_RESULT[opcode] = F32X4
for (const opcode of [95, 116, 117, 122, 148, 239, 240, 241, 242, 243, 244, 245]) VECTOR_RESULT[opcode] = F64X2

/** Scalar operations to which every NaN operand is the same. */
const TAKES_ANY_NAN = new Uint8Array(256)
RESULT.forEach((shape, opcode) => {
  TAKES_ANY_NAN[opcode] = shape === NONE ? 0 : 1
})
TAKES_ANY_NAN.fill(1, 0x5b, 0x67) // comparisons
TAKES_ANY_NAN.fill(1, 0xa8, 0xac) // i32.trunc
TAKES_ANY_NAN.fill(1, 0xae, 0xb2) // i64.trunc

/** After a scalar operation has been written; `next` is the opcode that follows and `second` the byte after that. */
export function canonicalise(meter: Meter, opcode: number, next: number, second: number): void {
  const shape = RESULT[opcode]!
  if (shape === NONE || TAKES_ANY_NAN[next] === 1 || (next === OP.prefixFc && second <= 7)) return
  replaceNan(meter, SHAPES[shape]!)
}

/** After a vector operation has been written. */
export function canonicaliseVector(meter: Meter, opcode: number): void {
  const shape = VECTOR_RESULT[opcode]!
  if (shape !== NONE) replaceNan(meter, SHAPES[shape]!)
}

function replaceNan(meter: Meter, {temp, nan, choose}: Shape): void {
  meter.tee(temp).out.raw(nan)
  meter.get(temp).get(temp).out.raw(choose)
}
