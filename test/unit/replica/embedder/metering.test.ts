import assert from 'node:assert/strict'
import {OP, OP_FC, TYPE} from '../../../../src/wasm/constants.js'
import type {ModuleParts} from '../../../../src/wasm/encode.js'
import {
  access,
  block,
  br,
  brIf,
  call,
  callIndirect,
  code,
  f64Const,
  globalGet,
  globalSet,
  i32Const,
  i64Const,
  ifThen,
  localGet,
  localSet,
  localTee,
  loop,
} from '../../../../src/wasm/instructions.js'
import {anInstance, aProgram, i32, PROCEDURE, run, VARIANTS} from './makers.js'

const {empty} = TYPE
/** `if … else … end` without a result. */
const ifElse = (yes: readonly number[], no: readonly number[]): number[] => [OP.if, empty, ...yes, OP.else, ...no, OP.end]

interface Case {
  readonly what: string
  readonly parts: ModuleParts
  /** Counted by hand from the cost table: 1 for the entry, then each instruction reached, whole regions at a time. */
  readonly cost: number
}

const cases: readonly Case[] = [
  {what: 'an empty function: the entry alone', parts: aProgram([]), cost: 1},
  {what: 'straight code', parts: aProgram(code(i32Const(1), OP.drop, OP.nop)), cost: 1 + 3},
  {what: 'a block that costs nothing itself', parts: aProgram(block(OP.nop)), cost: 1 + 1},
  {what: 'code after a block: a region of its own', parts: aProgram(code(block(OP.nop), OP.nop, OP.nop)), cost: 1 + 1 + 2},
  {what: 'if taken: const, if, body', parts: aProgram(code(i32Const(1), ifThen(OP.nop, OP.nop))), cost: 1 + 1 + 2 + 2},
  {what: 'if not taken', parts: aProgram(code(i32Const(0), ifThen(OP.nop, OP.nop), OP.nop)), cost: 1 + 1 + 2 + 1},
  {what: 'else', parts: aProgram(code(i32Const(0), ifElse([OP.nop], [OP.nop, OP.nop, OP.nop]))), cost: 1 + 1 + 2 + 3},
  {what: 'br leaves the rest of its block uncharged', parts: aProgram(code(block(br(0), OP.nop, OP.nop), OP.nop)), cost: 1 + 2 + 1},
  {what: 'br_if not taken begins a region', parts: aProgram(code(block(i32Const(0), brIf(0), OP.nop), OP.nop)), cost: 1 + 1 + 2 + 1 + 1},
  {what: 'br_if taken', parts: aProgram(code(block(i32Const(1), brIf(0), OP.nop, OP.nop), OP.nop)), cost: 1 + 1 + 2 + 1},
  {
    what: 'br_table',
    parts: aProgram(code(block(block(i32Const(0), OP.brTable, 1, 0, 1), OP.nop, OP.nop), OP.nop)),
    cost: 1 + 1 + 2 + 2 + 1,
  },
  {what: 'return', parts: aProgram(code(OP.return, OP.nop, OP.nop)), cost: 1 + 1},
  {
    what: 'a loop: each turn is charged',
    // local = 3; loop { local -= 1; br_if local }
    parts: aProgram(code(i32Const(3), localSet(0), loop(localGet(0), i32Const(1), OP.i32Sub, localTee(0), brIf(0))), {locals: [i32]}),
    cost: 1 + 2 + 3 * (4 + 2),
  },
  {
    what: 'a call: 5, and the callee its entry and body',
    parts: aProgram(call(1), {functions: [{type: PROCEDURE, body: [OP.nop]}]}),
    cost: 1 + 5 + 1 + 1,
  },
  {
    what: 'an indirect call: 10',
    parts: aProgram(code(i32Const(0), callIndirect(0)), {
      types: [PROCEDURE],
      functions: [{type: PROCEDURE, body: []}],
      tables: [{minimum: 1}],
      elements: [{offset: i32Const(0), functions: [1]}],
    }),
    cost: 1 + 1 + 10 + 1,
  },
  {
    what: 'a tail call: 3',
    parts: aProgram([OP.returnCall, 1], {functions: [{type: PROCEDURE, body: [OP.nop]}]}),
    cost: 1 + 3 + 1 + 1,
  },
  {
    what: 'an indirect tail call: 60',
    parts: aProgram(code(i32Const(0), OP.returnCallIndirect, 0, 0), {
      types: [PROCEDURE],
      functions: [{type: PROCEDURE, body: []}],
      tables: [{minimum: 1}],
      elements: [{offset: i32Const(0), functions: [1]}],
    }),
    cost: 1 + 1 + 60 + 1,
  },
  {
    what: 'globals: 2',
    parts: aProgram(code(globalGet(0), globalSet(0)), {globals: [{type: i32, isMutable: true, initial: i32Const(0)}]}),
    cost: 1 + 2 + 2,
  },
  {what: 'load and store: 1', parts: aProgram(code(i32Const(0), i32Const(0), access(OP.i32Load), access(OP.i32Store))), cost: 1 + 4},
  {
    what: 'load and store with a 64-bit memory: 2',
    parts: aProgram(code(i64Const(0), i64Const(0), access(OP.i32Load), access(OP.i32Store)), {memory: {minimum: 1, is64: true}}),
    cost: 1 + 2 + 2 + 2,
  },
  {what: 'division: 10', parts: aProgram(code(i32Const(1), i32Const(1), 0x6d, OP.drop)), cost: 1 + 2 + 10 + 1},
  {
    what: 'f64.div 5, f64.min 18, f64.sqrt 8',
    parts: aProgram(code(f64Const(1), f64Const(1), 0xa3, f64Const(1), 0xa4, 0x9f, OP.drop)),
    cost: 1 + 3 + 5 + 18 + 8 + 1,
  },
  {what: 'memory.size 20, memory.grow 300', parts: aProgram(code(OP.memorySize, 0, OP.memoryGrow, 0, OP.drop)), cost: 1 + 20 + 300 + 1},
  {
    what: 'memory.fill: 100 and a byte each',
    parts: aProgram(code(i32Const(8), i32Const(7), i32Const(1000), OP.prefixFc, OP_FC.memoryFill, 0)),
    cost: 1 + 3 + 100 + 1000,
  },
  {
    what: 'memory.copy: 100 and a byte each',
    parts: aProgram(code(i32Const(8), i32Const(7), i32Const(500), OP.prefixFc, OP_FC.memoryCopy, 0, 0)),
    cost: 1 + 3 + 100 + 500,
  },
  {
    what: 'memory.init: 100 and a byte each; data.drop 300',
    parts: aProgram(code(i32Const(8), i32Const(0), i32Const(3), OP.prefixFc, OP_FC.memoryInit, 0, 0, OP.prefixFc, OP_FC.dataDrop, 0), {
      data: [{content: Uint8Array.of(1, 2, 3)}],
    }),
    cost: 1 + 3 + 100 + 3 + 300,
  },
  {
    what: 'vectors: i8x16.shuffle 3, f32x4.div 10',
    parts: aProgram(
      code(
        ...[i32Const(0), OP.prefixFd, 15, i32Const(0), OP.prefixFd, 15, OP.prefixFd, 13, new Array(16).fill(0)],
        ...[i32Const(0), OP.prefixFd, 15, OP.prefixFd, 231, 1, OP.drop],
      ),
    ),
    cost: 1 + 2 + 2 + 3 + 2 + 10 + 1,
  },
  {
    what: 'a region of more than a three-byte constant',
    parts: aProgram(new Array(5000).fill(code(OP.memorySize, 0, OP.memoryGrow, 0, OP.drop)).flat()),
    cost: 1 + 5000 * 321,
  },
]

describe('metering', () => {
  for (const variant of VARIANTS)
    describe(`variant ${variant}`, () => {
      for (const {what, parts, cost} of cases)
        it(`charges ${what}`, () => {
          const {outcome, used} = run(parts, {variant, limit: 10_000_000, hooks: {growMemory: () => false}})
          assert.deepEqual(outcome, {kind: 'ok'})
          assert.equal(used, cost)
        })

      it('stops where the instructions end, and never counts more than the limit', () => {
        const {outcome, used} = run(aProgram(loop(br(0))), {variant, limit: 1000})
        assert.deepEqual([outcome, used], [{kind: 'outOfInstructions'}, 1000])
      })

      it('lets an execution end with exactly nothing left', () => {
        const {outcome, used} = run(aProgram([OP.nop, OP.nop]), {variant, limit: 3})
        assert.deepEqual([outcome, used], [{kind: 'ok'}, 3])
        assert.deepEqual(run(aProgram([OP.nop, OP.nop]), {variant, limit: 2}).outcome, {kind: 'outOfInstructions'})
      })

      it('stops before a bulk operation larger than what is left', () => {
        const fill = code(i32Const(0), i32Const(1), i32Const(5000), OP.prefixFc, OP_FC.memoryFill, 0)
        const {outcome, instance} = run(aProgram(fill), {variant, limit: 4000})
        assert.deepEqual([outcome, [...instance.readHeap(0, 2)]], [{kind: 'outOfInstructions'}, [0, 0]])
      })

      it('counts a host function its charge, and shows it the exact count', () => {
        const seen: number[] = []
        const parts = aProgram(code(OP.nop, call(0), OP.nop, call(0)), {imports: [{module: 'ic0', name: 'tick', type: PROCEDURE}]})
        const instance = anInstance(parts, {
          variant,
          imports: {
            tick: () => {
              seen.push(instance.instructionsUsed())
              instance.charge(500)
            },
          },
        })
        instance.begin(10_000)
        assert.deepEqual(instance.callExport('run'), {kind: 'ok'})
        // One region: entry, nop, call, nop, call.
        assert.deepEqual([seen, instance.instructionsUsed(), instance.remaining()], [[13, 513], 1013, 8987])
        instance.begin(600)
        assert.deepEqual(instance.callExport('run'), {kind: 'outOfInstructions'})
        assert.equal(instance.instructionsUsed(), 600)
      })
    })

  it('is exact after a raw trap in variant global, stale in variant local', () => {
    const divide = aProgram(code(OP.nop, i32Const(1), i32Const(0), 0x6d, OP.drop))
    assert.equal(run(divide, {variant: 'global'}).used, 1 + 1 + 2 + 10 + 1)
    assert.equal(run(divide, {variant: 'refuel'}).used, 1 + 1 + 2 + 10 + 1)
    assert.equal(run(divide, {variant: 'local'}).used, 0)
  })

  it('counts the unreachable instruction exactly in every variant', () => {
    for (const variant of VARIANTS) assert.equal(run(aProgram([OP.nop, OP.unreachable]), {variant}).used, 1 + 1 + 1)
  })

  it('asks for fuel in variant refuel, and goes on', () => {
    const asked: number[] = []
    // 1000 turns of 6 instructions.
    const turns = aProgram(code(i32Const(1000), localSet(0), loop(localGet(0), i32Const(1), OP.i32Sub, localTee(0), brIf(0))), {
      locals: [i32],
    })
    const {outcome, used} = run(turns, {variant: 'refuel', limit: 1000, hooks: {outOfSlice: () => asked.push(1) && 1000}})
    assert.deepEqual([outcome, used, asked.length], [{kind: 'ok'}, 6003, 6])
    const stopped = run(turns, {variant: 'refuel', limit: 1000, hooks: {outOfSlice: () => (asked.push(1) > 8 ? 0 : 1000)}})
    assert.deepEqual([stopped.outcome, stopped.used], [{kind: 'outOfInstructions'}, 3000])
  })

  it('would be caught charging a loop only once', () => {
    const planted = cases.find(({what}) => what.startsWith('a loop'))!
    assert.notEqual(run(planted.parts).used, 1 + 2 + 6)
  })
})
