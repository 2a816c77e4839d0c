import assert from 'node:assert/strict'
import {once} from 'node:events'
import {Worker} from 'node:worker_threads'
import {encodeUtf8} from '../../../../src/base/bytes.js'
import {HostTrap} from '../../../../src/replica/embedder/errors.js'
import {describeFailure} from '../../../../src/replica/embedder/outcome.js'
import {STOP} from '../../../../src/replica/embedder/plan.js'
import type {RunOutcome, Variant} from '../../../../src/replica/embedder/types.js'
import {OP, OP_FC} from '../../../../src/wasm/constants.js'
import {encodeModule, type ModuleParts} from '../../../../src/wasm/encode.js'
import {access, call, callIndirect, code, f64Const, i32Const, i64Const, localGet} from '../../../../src/wasm/instructions.js'
import {WasmWriter} from '../../../../src/wasm/writer.js'
import {anInstance, aProgram, compile, i32, i64, PROCEDURE, run, VARIANTS} from './makers.js'

const UNARY = {params: [i32], results: []}
/** Table of four: a procedure, a function of another type, two null elements. */
const withTable = {
  types: [PROCEDURE],
  functions: [
    {type: PROCEDURE, body: []},
    {type: UNARY, body: []},
  ],
  tables: [{minimum: 4}],
  elements: [{offset: i32Const(0), functions: [1, 2]}],
}
const TOO_FAR = 65_536
const far64 = {memory: {minimum: 1, is64: true}}

const traps: readonly {readonly what: string; readonly parts: ModuleParts; readonly trap: string}[] = [
  {what: 'unreachable', parts: aProgram([OP.unreachable]), trap: 'unreachable'},
  {what: 'a division by zero', parts: aProgram(code(i32Const(1), i32Const(0), 0x6d, OP.drop)), trap: 'integer division by 0'},
  {what: 'a remainder by zero', parts: aProgram(code(i64Const(1), i64Const(0), 0x82, OP.drop)), trap: 'integer division by 0'},
  {what: 'an integer overflow', parts: aProgram(code(i32Const(-0x8000_0000), i32Const(-1), 0x6d, OP.drop)), trap: 'unknown'},
  {what: 'a bad conversion to integer', parts: aProgram(code(f64Const(Number.NaN), OP.i32TruncF64S, OP.drop)), trap: 'unknown'},
  {what: 'a load beyond the heap', parts: aProgram(code(i32Const(TOO_FAR - 3), access(OP.i32Load), OP.drop)), trap: 'heap out of bounds'},
  {what: 'a store beyond the heap', parts: aProgram(code(i32Const(-1), i32Const(0), access(OP.i32Store))), trap: 'heap out of bounds'},
  {what: 'an offset beyond the heap', parts: aProgram(code(i32Const(0), access(OP.i32Load, TOO_FAR), OP.drop)), trap: 'heap out of bounds'},
  {
    what: 'an offset beyond 32 bits with the prefix',
    parts: aProgram(code(i32Const(0), access(OP.i32Load, 0xffff_ffff), OP.drop)),
    trap: 'heap out of bounds',
  },
  {
    what: 'a store with such an offset',
    parts: aProgram(code(i32Const(0), i64Const(0), access(OP.i64Store, 0xffff_ffff))),
    trap: 'heap out of bounds',
  },
  {what: 'a 64-bit address', parts: aProgram(code(i64Const(2n ** 32n), access(OP.i32Load), OP.drop), far64), trap: 'heap out of bounds'},
  {
    what: 'a store at a 64-bit address',
    parts: aProgram(code(i64Const(-1), i32Const(0), access(OP.i32Store)), far64),
    trap: 'heap out of bounds',
  },
  {what: 'a 64-bit offset', parts: aProgram(code(i64Const(0), access(OP.i32Load, 2n ** 33n), OP.drop), far64), trap: 'heap out of bounds'},
  {
    what: 'a fill beyond the heap',
    parts: aProgram(code(i32Const(TOO_FAR - 1), i32Const(1), i32Const(2), OP.prefixFc, OP_FC.memoryFill, 0)),
    trap: 'heap out of bounds',
  },
  {
    what: 'a fill of nothing beyond the heap',
    parts: aProgram(code(i32Const(TOO_FAR + 1), i32Const(1), i32Const(0), OP.prefixFc, OP_FC.memoryFill, 0)),
    trap: 'heap out of bounds',
  },
  {
    what: 'a copy from beyond the heap',
    parts: aProgram(code(i32Const(0), i32Const(TOO_FAR - 1), i32Const(2), OP.prefixFc, OP_FC.memoryCopy, 0, 0)),
    trap: 'heap out of bounds',
  },
  {what: 'a table index out of range', parts: aProgram(code(i32Const(4), callIndirect(0)), withTable), trap: 'table out of bounds'},
  {what: 'table.get out of range', parts: aProgram(code(i32Const(4), OP.tableGet, 0, OP.drop), withTable), trap: 'table out of bounds'},
  {
    what: 'a 64-bit table index',
    parts: aProgram(code(i64Const(2n ** 32n), callIndirect(0)), {
      ...withTable,
      tables: [{minimum: 4, is64: true}],
      elements: [{offset: i64Const(0), functions: [1, 2]}],
    }),
    trap: 'table out of bounds',
  },
  {what: 'a function of another type', parts: aProgram(code(i32Const(1), callIndirect(0)), withTable), trap: 'signature mismatch'},
  {what: 'endless recursion', parts: aProgram(call(0)), trap: 'stack overflow'},
]

const trapOf = (outcome: RunOutcome): string => (outcome.kind === 'trap' ? outcome.trap : outcome.kind)

describe('traps', () => {
  for (const variant of VARIANTS)
    for (const {what, parts, trap} of traps)
      it(`names ${what}, variant ${variant}`, () => assert.equal(trapOf(run(parts, {variant, limit: 1e9}).outcome), trap))

  it('tells a null element from a wrong type in variant global', () => {
    const callNull = aProgram(code(i32Const(2), callIndirect(0)), withTable)
    const trapIn = (variant: Variant) => trapOf(run(callNull, {variant}).outcome)
    assert.deepEqual([trapIn('global'), trapIn('local')], ['unknown', 'signature mismatch'])
  })

  it('ends recursion at the same depth whatever the compiler: 5 MiB of frames of 64 bytes and 8 for each local', async () => {
    const worker = new Worker(new URL('./recursion.worker.js', import.meta.url), {resourceLimits: {stackSizeMb: 64}})
    const [depths] = await once(worker, 'message')
    await worker.terminate()
    const frames = (locals: number) => Math.floor((5 * 1024 * 1024) / (64 + 8 * locals))
    assert.deepEqual(depths, {none: frames(0), noneAgain: frames(0), ten: frames(10)})
  })

  it('goes on after a trap', () => {
    const instance = anInstance(aProgram([OP.unreachable], {functions: [{type: PROCEDURE, body: [], exports: ['fine']}]}))
    instance.begin(100)
    instance.callExport('run')
    instance.begin(100)
    assert.deepEqual(instance.callExport('fine'), {kind: 'ok'})
  })

  it("hands a host function's trap to its caller", () => {
    const parts = aProgram(call(0), {imports: [{module: 'ic0', name: 'tick', type: PROCEDURE}]})
    const {outcome} = run(parts, {
      imports: {
        tick: () => {
          throw new HostTrap({code: 7})
        },
      },
    })
    assert.deepEqual(outcome, {kind: 'hostTrap', cause: {code: 7}, backtrace: []})
  })

  it('lets a bug of a host function through', () => {
    const parts = aProgram(call(0), {imports: [{module: 'ic0', name: 'tick', type: PROCEDURE}]})
    const broken = () => {
      throw new TypeError('bug')
    }
    assert.throws(() => run(parts, {imports: {tick: broken}}), {name: 'TypeError'})
  })

  it('gives a backtrace of names, innermost first', () => {
    const names = new WasmWriter().u32(3).u32(0).name('tick').u32(1).name('outer').u32(2).name('inner')
    const content = new WasmWriter().byte(1).sized(names.view()).toBytes()
    const parts: ModuleParts = {
      ...aProgram(call(2), {
        imports: [{module: 'ic0', name: 'tick', type: PROCEDURE}],
        functions: [{type: PROCEDURE, body: code(call(0), OP.unreachable)}],
      }),
      customs: [{name: 'name', content}],
    }
    const trapped = run(parts, {imports: {tick: () => undefined}}).outcome
    assert.deepEqual(trapped, {kind: 'trap', trap: 'unreachable', backtrace: ['inner', 'outer']})
    const tick = () => {
      throw new HostTrap('x')
    }
    assert.deepEqual(run(parts, {imports: {tick}}).outcome, {kind: 'hostTrap', cause: 'x', backtrace: ['inner', 'outer']})
  })

  it('survives a damaged name section', () => {
    const parts = {...aProgram([OP.unreachable]), customs: [{name: 'name', content: encodeUtf8('\u0001\u0050xx')}]}
    assert.deepEqual(run(parts).outcome, {kind: 'trap', trap: 'unreachable', backtrace: []})
  })

  it("would be caught taking the engine's own stops for the canister's", () => {
    const {info} = compile(encodeModule(aProgram([])))
    const error = new WebAssembly.RuntimeError('unreachable')
    assert.equal(trapOf(describeFailure(error, STOP.none, info)), 'unreachable')
    assert.equal(trapOf(describeFailure(error, STOP.stackOverflow, info)), 'stack overflow')
    assert.equal(trapOf(describeFailure(error, STOP.outOfInstructions, info)), 'outOfInstructions')
    assert.throws(() => describeFailure(error, STOP.noMemory, info), {name: 'RangeError'})
  })

  describe('callTable', () => {
    const parts = (is64: boolean): ModuleParts => ({
      ...aProgram([], {memory: {minimum: 1, is64}}),
      types: [PROCEDURE],
      functions: [
        {type: PROCEDURE, body: code(i32Const(3), callIndirect(0))},
        {
          type: {params: [is64 ? i64 : i32], results: []},
          body: code(is64 ? i64Const(16) : i32Const(16), localGet(0), access(is64 ? OP.i64Store : OP.i32Store)),
        },
        {type: {params: [is64 ? i64 : i32], results: []}, body: code(i32Const(0), callIndirect(0))},
      ],
      tables: [{minimum: 4}],
      elements: [{offset: i32Const(0), functions: [1, 2, 0]}],
    })
    for (const is64 of [false, true])
      it(`passes the environment, ${is64 ? 64 : 32} bits`, () => {
        const instance = anInstance(parts(is64))
        instance.begin(1000)
        const environment = is64 ? 0xfedc_ba98_7654_3210n : 0xfedc_ba98n
        assert.deepEqual(instance.callTable(0, environment), {kind: 'ok'})
        const bytes = instance.readHeap(16, is64 ? 8 : 4)
        assert.equal(Buffer.from(bytes).reverse().toString('hex'), environment.toString(16))
      })

    it('finds no function for null, out of range, or another type', () => {
      const instance = anInstance(parts(false))
      instance.begin(1000)
      for (const index of [2, 3, 4, 2 ** 32]) assert.deepEqual(instance.callTable(index, 0n), {kind: 'noSuchFunction'}, `${index}`)
      assert.deepEqual(anInstance(aProgram([])).callTable(0, 0n), {kind: 'noSuchFunction'})
      assert.deepEqual(instance.callExport('missing'), {kind: 'noSuchFunction'})
    })

    it('takes a mismatch further inside for the trap it is', () => {
      const instance = anInstance(parts(false))
      instance.begin(1000)
      assert.equal(trapOf(instance.callTable(1, 0n)), 'signature mismatch')
    })
  })
})
