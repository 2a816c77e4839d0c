import assert from 'node:assert/strict'
import {OP} from '../../../../src/wasm/constants.js'
import {encodeModule} from '../../../../src/wasm/encode.js'
import {
  access,
  brIf,
  type Code,
  code,
  globalGet,
  globalSet,
  i32Const,
  i64Const,
  localGet,
  localSet,
  localTee,
  loop,
} from '../../../../src/wasm/instructions.js'
import {aProgram, i32, i64, run} from './makers.js'

const F32_CANONICAL = '0000c07f'
const F64_CANONICAL = '000000000000f87f'
/** Floats from bits, so that no payload is lost on the way. */
const f32Bits = (bits: number): Code => code(i32Const(bits), 0xbe)
const f64Bits = (bits: bigint): Code => code(i64Const(bits), 0xbf)
const NAN_A = f64Bits(0xfff8_0000_0000_1234n)
const NAN_B = f64Bits(0x7ff4_dead_beef_0001n)
const NAN_F = f32Bits(0xffc0_1234 | 0)
const ZERO = f64Bits(0n)

/** The bytes a float leaves in memory. */
function stored(value: Code, store: number, bytes: number): string {
  const {outcome, instance} = run(aProgram(code(i32Const(0), value, access(store))))
  assert.deepEqual(outcome, {kind: 'ok'})
  return Buffer.from(instance.readHeap(0, bytes)).toString('hex')
}
const f64Result = (value: Code): string => stored(value, OP.f64Store, 8)
const f32Result = (value: Code): string => stored(value, OP.f32Store, 4)

/** Both 64-bit lanes of a vector. */
function vectorResult(value: Code): string {
  const {outcome, instance} = run(aProgram(code(i32Const(0), value, OP.prefixFd, 11, 0, 0)))
  assert.deepEqual(outcome, {kind: 'ok'})
  return Buffer.from(instance.readHeap(0, 16)).toString('hex')
}
const splat = (value: Code, opcode: number): Code => code(value, OP.prefixFd, opcode)
const vectorOp = (opcode: number): number[] => [
  OP.prefixFd,
  (opcode & 0x7f) | (opcode > 127 ? 0x80 : 0),
  ...(opcode > 127 ? [opcode >> 7] : []),
]

describe('NaNs', () => {
  for (const opcode of [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5])
    it(`are canonical after binary f64 operation 0x${opcode.toString(16)}`, () => {
      assert.equal(f64Result(code(NAN_A, NAN_B, opcode)), F64_CANONICAL)
      assert.equal(f64Result(code(NAN_B, ZERO, opcode)), F64_CANONICAL)
    })
  for (const opcode of [0x9b, 0x9c, 0x9d, 0x9e, 0x9f])
    it(`are canonical after unary f64 operation 0x${opcode.toString(16)}`, () =>
      assert.equal(f64Result(code(NAN_A, opcode)), F64_CANONICAL))
  for (const opcode of [0x92, 0x93, 0x94, 0x95, 0x96, 0x97])
    it(`are canonical after binary f32 operation 0x${opcode.toString(16)}`, () =>
      assert.equal(f32Result(code(NAN_F, NAN_F, opcode)), F32_CANONICAL))
  for (const opcode of [0x8d, 0x8e, 0x8f, 0x90, 0x91])
    it(`are canonical after unary f32 operation 0x${opcode.toString(16)}`, () =>
      assert.equal(f32Result(code(NAN_F, opcode)), F32_CANONICAL))

  it('are canonical when an operation makes them', () => {
    assert.equal(f64Result(code(ZERO, ZERO, 0xa3)), F64_CANONICAL)
    assert.equal(f64Result(code(f64Bits(0xbff0_0000_0000_0000n), 0x9f)), F64_CANONICAL)
  })

  it('are canonical after conversions between floats', () => {
    assert.equal(f32Result(code(NAN_B, 0xb6)), F32_CANONICAL)
    assert.equal(f64Result(code(NAN_F, 0xbb)), F64_CANONICAL)
  })

  it('keep their bits through neg, abs, copysign, and memory', () => {
    assert.equal(f64Result(NAN_B), '0100efbeaddef47f')
    assert.equal(f64Result(code(NAN_B, 0x9a)), '0100efbeaddef4ff')
    assert.equal(f64Result(code(NAN_A, 0x99)), '341200000000f87f')
    assert.equal(f64Result(code(NAN_B, NAN_A, 0xa6)), '0100efbeaddef4ff')
  })

  it('are canonical before an instruction that shows their bits', () => {
    // neg, copysign and reinterpret after add: the peephole must not skip these.
    assert.equal(f64Result(code(NAN_A, NAN_B, 0xa0, 0x9a)), '000000000000f8ff')
    assert.equal(f64Result(code(NAN_A, NAN_B, 0xa0, 0xbd, 0xbf)), F64_CANONICAL)
    assert.equal(f64Result(code(ZERO, NAN_A, NAN_B, 0xa0, 0xa6)), '0000000000000000')
  })

  it('are canonical at the end of a chain of operations', () =>
    assert.equal(f64Result(code(NAN_A, NAN_B, 0xa0, 0x9f, ZERO, 0xa2, 0x9b)), F64_CANONICAL))

  const vectorNan = splat(NAN_A, 20)
  const vectorNan32 = splat(NAN_F, 19)
  for (const opcode of [240, 241, 242, 243, 244, 245])
    it(`are canonical in lanes after f64x2 operation ${opcode}`, () =>
      assert.equal(vectorResult(code(vectorNan, vectorNan, vectorOp(opcode))), F64_CANONICAL.repeat(2)))
  for (const opcode of [116, 117, 122, 148, 239])
    it(`are canonical in lanes after unary f64x2 operation ${opcode}`, () =>
      assert.equal(vectorResult(code(vectorNan, vectorOp(opcode))), F64_CANONICAL.repeat(2)))
  for (const opcode of [228, 229, 230, 231, 232, 233])
    it(`are canonical in lanes after f32x4 operation ${opcode}`, () =>
      assert.equal(vectorResult(code(vectorNan32, vectorNan32, vectorOp(opcode))), F32_CANONICAL.repeat(4)))
  for (const opcode of [103, 104, 105, 106, 227])
    it(`are canonical in lanes after unary f32x4 operation ${opcode}`, () =>
      assert.equal(vectorResult(code(vectorNan32, vectorOp(opcode))), F32_CANONICAL.repeat(4)))
  it('are canonical in lanes after conversions', () => {
    assert.equal(vectorResult(code(vectorNan, vectorOp(94))), F32_CANONICAL.repeat(2) + '0'.repeat(16))
    assert.equal(vectorResult(code(vectorNan32, vectorOp(95))), F64_CANONICAL.repeat(2))
  })
  it('leave the other lanes alone', () =>
    assert.equal(
      vectorResult(code(splat(f64Bits(0x4000_0000_0000_0000n), 20), splat(ZERO, 20), vectorOp(240))),
      '0000000000000040'.repeat(2),
    ))

  it('stay canonical when V8 optimises the code', () => {
    // Ors the bits of 0/0, of NaN + NaN and of sqrt(-1) into a global, a million times.
    const results = [code(ZERO, ZERO, 0xa3), code(NAN_A, NAN_B, 0xa0), code(f64Bits(0xbff0_0000_0000_0000n), 0x9f)]
    const merge = results.flatMap((result) => code(globalGet(0), result, 0xbd, 0x84, globalSet(0)))
    const turns = code(i32Const(1_000_000), localSet(0), loop(merge, localGet(0), i32Const(1), OP.i32Sub, localTee(0), brIf(0)))
    const globals = [{type: i64, isMutable: true, initial: i64Const(0)}]
    const {outcome, instance} = run(aProgram(turns, {locals: [i32], globals}), {limit: 1e9})
    assert.deepEqual([outcome, instance.exportGlobals()], [{kind: 'ok'}, [{type: 'i64', bits: 0x7ff8_0000_0000_0000n}]])
  })

  it('would be caught if V8 decided', () => {
    const raw = new WebAssembly.Instance(new WebAssembly.Module(planted())).exports.run as () => bigint
    assert.notEqual(raw(), 0x7ff8_0000_0000_0000n)
  })
})

/** `() → i64`: the bits of NAN_A + 0, not canonicalised. */
function planted(): Uint8Array<ArrayBuffer> {
  return encodeModule({
    functions: [{type: {params: [], results: [i64]}, body: code(NAN_A, ZERO, 0xa0, 0xbd), exports: ['run']}],
  }) as Uint8Array<ArrayBuffer>
}
