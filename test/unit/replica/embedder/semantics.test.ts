/** Values through calls, returns, branches, tables and blocks of several values: what wrapping the body could break. */

import assert from 'node:assert/strict'
import {OP, OP_FC} from '../../../../src/wasm/constants.js'
import type {FunctionPart, ModuleParts} from '../../../../src/wasm/encode.js'
import {
  access,
  block,
  br,
  brIf,
  type Code,
  call,
  callIndirect,
  code,
  f64Const,
  i32Const,
  i64Const,
  localGet,
  localSet,
  loop,
} from '../../../../src/wasm/instructions.js'
import {aProgram, f32, f64, i32, i64, PROCEDURE, run, VARIANTS, v128} from './makers.js'

/** A function of no parameters and the given results. */
const giving = (results: readonly number[], body: Code, params: readonly number[] = []): FunctionPart => ({type: {params, results}, body})
/** Stores an i32 that `value` computes at 0. */
const storing = (value: Code): Code => code(i32Const(0), value, access(OP.i32Store))

const cases: readonly {readonly what: string; readonly parts: ModuleParts; readonly result: number}[] = [
  {what: 'a result that falls off the end', parts: aProgram(storing(call(1)), {functions: [giving([i32], i32Const(7))]}), result: 7},
  {
    what: 'a returned result',
    parts: aProgram(storing(call(1)), {functions: [giving([i32], code(i32Const(8), OP.return, i32Const(7)))]}),
    result: 8,
  },
  {
    what: 'a result by a branch out of the function',
    parts: aProgram(storing(call(1)), {functions: [giving([i32], code(i32Const(9), br(0)))]}),
    result: 9,
  },
  {
    what: 'a result by a branch from inside a block',
    parts: aProgram(storing(call(1)), {functions: [giving([i32], code(block(i32Const(10), br(1)), i32Const(7)))]}),
    result: 10,
  },
  {
    what: 'return from inside blocks',
    parts: aProgram(storing(call(1)), {functions: [giving([i32], code(block(block(i32Const(11), OP.return)), i32Const(7)))]}),
    result: 11,
  },
  {
    what: 'two results',
    parts: aProgram(storing(code(call(1), OP.i32Sub)), {functions: [giving([i32, i32], code(i32Const(20), i32Const(8)))]}),
    result: 12,
  },
  {
    what: 'two results returned from a block',
    parts: aProgram(storing(code(call(1), OP.i32Sub)), {
      functions: [giving([i32, i32], code(block(i32Const(20), i32Const(7), OP.return), OP.unreachable))],
    }),
    result: 13,
  },
  {
    what: 'parameters',
    parts: aProgram(storing(code(i32Const(20), i32Const(6), call(1))), {
      functions: [giving([i32], code(localGet(0), localGet(1), OP.i32Sub), [i32, i32])],
    }),
    result: 14,
  },
  {
    what: 'two results, of a module in which their type has an index of two bytes',
    parts: aProgram(storing(code(call(1), OP.i32Sub)), {
      functions: [giving([i32, i32], code(i32Const(16), i32Const(2)))],
      types: Array.from({length: 100}, (_, n) => ({params: Array<number>(n + 2).fill(i64), results: []})),
    }),
    result: 14,
  },
  {
    what: 'results of every type',
    parts: aProgram(storing(code(call(1), OP.drop, OP.drop, OP.drop, OP.drop)), {
      functions: [
        giving([i32, i64, f32, f64, v128], code(i32Const(15), i64Const(1), i32Const(1), 0xbe, f64Const(1), i32Const(1), OP.prefixFd, 17)),
      ],
    }),
    result: 15,
  },
  {
    what: 'a tail call in place of a result',
    parts: aProgram(storing(call(1)), {functions: [giving([i32], code(OP.returnCall, 2)), giving([i32], i32Const(16))]}),
    result: 16,
  },
  {
    what: 'a block with a parameter',
    parts: aProgram(storing(code(i32Const(18), OP.block, 0, i32Const(1), OP.i32Sub, OP.end)), {types: [{params: [i32], results: [i32]}]}),
    result: 17,
  },
  {
    what: 'a loop with a parameter',
    parts: aProgram(storing(code(i32Const(18), OP.loop, 0, OP.end)), {types: [{params: [i32], results: [i32]}]}),
    result: 18,
  },
  {
    what: 'if with a result',
    parts: aProgram(storing(code(i32Const(1), OP.if, i32, i32Const(19), OP.else, i32Const(0), OP.end))),
    result: 19,
  },
  {
    what: 'code after a branch, which nothing reaches',
    parts: aProgram(code(storing(i32Const(20)), block(br(0), OP.i32Add, OP.drop, OP.i32Store, 0, 0))),
    result: 20,
  },
  {what: 'stores after unreachable code', parts: aProgram(code(storing(i32Const(21)), OP.return, i32Const(0), OP.drop)), result: 21},
  {
    what: "many locals of the module's own",
    parts: aProgram(code(i32Const(22), localSet(299), storing(localGet(299))), {locals: new Array(300).fill(i32)}),
    result: 22,
  },
  {what: 'table.size', parts: aProgram(storing(code(OP.prefixFc, OP_FC.tableSize, 0)), {tables: [{minimum: 23}]}), result: 23},
  {
    what: 'table.size of a 64-bit table',
    parts: aProgram(storing(code(OP.prefixFc, OP_FC.tableSize, 0, OP.i32WrapI64)), {tables: [{minimum: 24, is64: true}]}),
    result: 24,
  },
  {
    what: 'table.get and ref.is_null',
    parts: aProgram(storing(code(i32Const(1), OP.tableGet, 0, OP.refIsNull, i32Const(24), OP.i32Add)), {
      tables: [{minimum: 2}],
      elements: [{offset: i32Const(0), functions: [0]}],
    }),
    result: 25,
  },
  {
    what: 'table.get of a 64-bit table',
    parts: aProgram(storing(code(i64Const(0), OP.tableGet, 0, OP.refIsNull, i32Const(26), OP.i32Add)), {
      tables: [{minimum: 2, is64: true}],
      elements: [{offset: i64Const(0), functions: [0]}],
    }),
    result: 26,
  },
  {
    what: 'an indirect call with arguments through a 64-bit table',
    parts: aProgram(storing(code(i32Const(20), i32Const(7), i64Const(1), callIndirect(0))), {
      types: [{params: [i32, i32], results: [i32]}],
      functions: [giving([i32], code(localGet(0), localGet(1), OP.i32Add), [i32, i32])],
      tables: [{minimum: 2, is64: true}],
      elements: [{offset: i64Const(1), functions: [1]}],
    }),
    result: 27,
  },
  {
    what: 'ref.func',
    parts: aProgram(storing(code(OP.refFunc, 0, OP.refIsNull, i32Const(28), OP.i32Add)), {
      tables: [{minimum: 1}],
      elements: [{offset: i32Const(0), functions: [0]}],
    }),
    result: 28,
  },
  {what: 'select of a type', parts: aProgram(storing(code(i32Const(29), i32Const(0), i32Const(1), OP.selectTyped, 1, i32))), result: 29},
  {
    what: 'a loop that carries a value',
    parts: aProgram(
      code(
        i32Const(3),
        localSet(0),
        loop(
          i32Const(0),
          i32Const(0),
          access(OP.i32Load),
          i32Const(10),
          OP.i32Add,
          access(OP.i32Store),
          localGet(0),
          i32Const(1),
          OP.i32Sub,
          OP.localTee,
          0,
          brIf(0),
        ),
      ),
      {locals: [i32]},
    ),
    result: 30,
  },
]

describe('instrumented code', () => {
  for (const variant of VARIANTS)
    for (const {what, parts, result} of cases)
      it(`keeps ${what}, variant ${variant}`, () => {
        const {outcome, instance} = run(parts, {variant})
        assert.deepEqual(outcome, {kind: 'ok'})
        assert.equal(Buffer.from(instance.readHeap(0, 4)).readInt32LE(), result)
      })

  for (const variant of VARIANTS)
    it(`gives back the stack at every way out, variant ${variant}`, () => {
      // A hundred thousand calls that end in four ways: a leak of one frame each would overflow the five MiB.
      const leave = giving([], code(block(localGet(0), OP.brTable, 2, 0, 1, 0), OP.returnCall, 2), [i32])
      const body = code(
        i32Const(100_000),
        localSet(0),
        loop(localGet(0), i32Const(3), 0x71, call(1), localGet(0), i32Const(1), OP.i32Sub, OP.localTee, 0, brIf(0)),
      )
      const {outcome} = run(aProgram(body, {locals: [i32], functions: [leave, {type: PROCEDURE, body: []}]}), {variant, limit: 1e9})
      assert.deepEqual(outcome, {kind: 'ok'})
    })

  it('shows a table that holds a host function to indirect calls', () => {
    const parts = aProgram(storing(code(i32Const(0), callIndirect(0))), {
      types: [{params: [], results: [i32]}],
      imports: [{module: 'ic0', name: 'length', type: {params: [], results: [i32]}}],
      tables: [{minimum: 1}],
      elements: [{offset: i32Const(0), functions: [0]}],
    })
    const {instance} = run(parts, {imports: {length: () => 31}})
    assert.equal(Buffer.from(instance.readHeap(0, 4)).readInt32LE(), 31)
  })

  it('would be caught keeping frames: as many calls inside one another do not fit', () => {
    const nested = {
      type: {params: [i32], results: []},
      body: code(localGet(0), OP.if, 0x40, localGet(0), i32Const(1), OP.i32Sub, call(1), OP.end),
    }
    const {outcome} = run(aProgram(code(i32Const(100_000), call(1)), {functions: [nested]}), {limit: 1e9})
    assert.equal(outcome.kind === 'trap' && outcome.trap, 'stack overflow')
  })
})
