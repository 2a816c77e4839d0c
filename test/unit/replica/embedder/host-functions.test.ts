import assert from 'node:assert/strict'
import type {HostFunction} from '../../../../src/replica/embedder/types.js'
import {OP} from '../../../../src/wasm/constants.js'
import {access, call, code, i32Const, i64Const} from '../../../../src/wasm/instructions.js'
import {anInstance, aProgram, i32, i64} from './makers.js'

/** Calls the host function with constants and stores its result at 0; gives what the host saw and the stored bytes. */
function callHost(
  name: string,
  params: readonly number[],
  results: readonly number[],
  args: readonly (number | bigint)[],
  answer: unknown,
  is64 = false,
) {
  const seen: unknown[] = []
  const host: HostFunction = (...values) => {
    seen.push(...values)
    return answer
  }
  const push = args.map((value, position) => (params[position] === i64 ? i64Const(value) : i32Const(Number(value))))
  const store = results.length === 0 ? [] : access(results[0] === i64 ? OP.i64Store : OP.i32Store)
  const address = is64 ? i64Const(0) : i32Const(0)
  const parts = aProgram(code(results.length > 0 ? address : [], ...push, call(0), store), {
    memory: {minimum: 1, is64},
    imports: [{module: 'ic0', name, type: {params, results}}],
  })
  const instance = anInstance(parts, {imports: {[name]: host}})
  instance.begin(1000)
  assert.deepEqual(instance.callExport('run'), {kind: 'ok'})
  return {seen, stored: Buffer.from(instance.readHeap(0, 8)).readBigUInt64LE()}
}

describe('host functions', () => {
  it('get i32 as signed numbers', () => assert.deepEqual(callHost('number', [i32], [i32], [-1], -2), {seen: [-1], stored: 0xffff_fffen}))

  it('get i64 as BigInts both ways', () =>
    assert.deepEqual(callHost('big', [i64, i64], [i64], [-1n, 2n ** 62n], -5n), {seen: [-1n, 2n ** 62n], stored: 2n ** 64n - 5n}))

  it('get sizes as non-negative numbers, 32 bits', () =>
    assert.deepEqual(callHost('copy', [i32, i32, i32], [], [0, -1, 7], undefined).seen, [0, 2 ** 32 - 1, 7]))

  it('get sizes as non-negative numbers, 64 bits', () =>
    assert.deepEqual(callHost('copy', [i64, i64, i64], [], [0n, -1n, 2n ** 40n], undefined, true).seen, [0, 2 ** 64, 2 ** 40]))

  it('return sizes', () => {
    assert.equal(callHost('length', [], [i32], [], 2 ** 32 - 1).stored, 2n ** 32n - 1n)
    assert.equal(callHost('length', [], [i64], [], 2 ** 40, true).stored, 2n ** 40n)
  })

  it('get u64 as a number and return a size', () =>
    assert.deepEqual(callHost('unsigned', [i64], [i32], [-1n], 3), {seen: [2 ** 64], stored: 3n}))

  it('would be caught passing a size as a signed number', () =>
    assert.notDeepEqual(
      callHost('number', [i32], [i32], [-1], 0).seen,
      callHost('copy', [i32, i32, i32], [], [-1, 0, 0], undefined).seen.slice(0, 1),
    ))
})
