import assert from 'node:assert/strict'
import {compileInstrumented} from '../../../../src/replica/embedder/compile.js'
import {HostTrap} from '../../../../src/replica/embedder/errors.js'
import {instantiate} from '../../../../src/replica/embedder/instance.js'
import type {CompiledModule} from '../../../../src/replica/embedder/types.js'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {OP, OP_FC} from '../../../../src/wasm/constants.js'
import {encodeModule, type ModuleParts} from '../../../../src/wasm/encode.js'
import {access, type Code, code, globalGet, globalSet, i32Const, i64Const} from '../../../../src/wasm/instructions.js'
import {anInstance, aProgram, compile, f64, i32, i64, PROCEDURE, type Setup} from './makers.js'

const procedure = (name: string, body: Code) => ({type: PROCEDURE, body, exports: [name]})
const store32 = (address: number, value: number): number[] => code(i32Const(address), i32Const(value), access(OP.i32Store))
const PAGE = 4096

/** An instance whose fresh state is committed. */
function installed(parts: ModuleParts, setup: Setup = {}) {
  const instance = anInstance(parts, setup)
  const heap = new PagedMemory()
  instance.commit(heap)
  const run = (name: string) => {
    instance.begin(1_000_000)
    return instance.callExport(name)
  }
  return {instance, heap, run}
}

describe('the heap', () => {
  it('begins with its data segments, whose pages the first commit copies', () => {
    const parts = aProgram([], {data: [{offset: i32Const(PAGE - 1), content: Uint8Array.of(1, 2)}]})
    const heap = new PagedMemory()
    assert.deepEqual(anInstance(parts).commit(heap), [0, 1])
    assert.deepEqual([...heap.read(PAGE - 2, 4)], [0, 1, 2, 0])
    assert.equal(heap.sizeBytes, 65_536)
  })

  it('commits the pages that changed, once', () => {
    const {instance, heap, run} = installed(aProgram(code(store32(5 * PAGE, 7), store32(9 * PAGE, 0))))
    run('run')
    assert.equal(instance.countChangedPages(heap), 1)
    // Page 9 was written, but with what it held.
    assert.deepEqual([instance.commit(heap), instance.commit(heap)], [[5], []])
    assert.deepEqual([...heap.read(5 * PAGE, 4)], [7, 0, 0, 0])
  })

  it('sees what is written after the changed pages were counted', () => {
    const {instance, heap, run} = installed(aProgram(store32(5 * PAGE, 7)))
    run('run')
    assert.equal(instance.countChangedPages(heap), 1)
    instance.writeHeap(5 * PAGE, Uint8Array.of(0))
    assert.equal(instance.countChangedPages(heap), 0)
    instance.writeHeap(9 * PAGE, Uint8Array.of(1))
    assert.deepEqual([instance.countChangedPages(new PagedMemory()), instance.commit(heap)], [1, [9]])
  })

  it('sees a store that crosses into the next page', () => {
    const {instance, heap, run} = installed(aProgram(store32(PAGE - 1, 0x0403_0201)))
    run('run')
    assert.deepEqual(instance.commit(heap), [0, 1])
    assert.deepEqual([...heap.read(PAGE - 1, 4)], [1, 2, 3, 4])
  })

  it('rolls back bytes, globals and size', () => {
    const body = code(
      store32(PAGE - 1, -1),
      i32Const(1),
      OP.memoryGrow,
      0,
      OP.drop,
      i32Const(65_536 + 5),
      i32Const(9),
      access(OP.i32Store),
      i32Const(5),
      globalSet(0),
    )
    const parts = aProgram(body, {globals: [{type: i32, isMutable: true, initial: i32Const(1)}]})
    const {instance, heap, run} = installed(parts)
    assert.deepEqual(run('run'), {kind: 'ok'})
    assert.equal(instance.heapBytes, 2 * 65_536)
    assert.deepEqual(instance.exportGlobals(), [{type: 'i32', bits: 5n}])
    instance.rollback(heap)
    assert.equal(instance.heapBytes, 65_536)
    assert.deepEqual(instance.readHeap(0, 65_536), new Uint8Array(65_536))
    assert.deepEqual(instance.exportGlobals(), [{type: 'i32', bits: 1n}])
    assert.equal(instance.isOversized, true)
  })

  it('uses pages that a rollback left behind as new ones: zero', () => {
    const grow = code(i32Const(1), OP.memoryGrow, 0, OP.drop)
    const parts = aProgram(code(grow, store32(65_536 + 8, 77)), {functions: [procedure('grow', grow)]})
    const {instance, heap, run} = installed(parts)
    run('run')
    instance.rollback(heap)
    run('grow')
    assert.deepEqual([instance.heapBytes, ...instance.readHeap(65_536 + 8, 1)], [131_072, 0])
    assert.deepEqual(instance.commit(heap), [])
    assert.equal(heap.sizeBytes, 131_072)
  })

  it('gives no page a stray mark after a store out of bounds', () => {
    const parts = aProgram(store32(65_536 + 2 * PAGE, 1), {functions: [procedure('grow', code(i32Const(1), OP.memoryGrow, 0, OP.drop))]})
    const {instance, heap, run} = installed(parts)
    run('run')
    instance.rollback(heap)
    run('grow')
    assert.deepEqual(instance.commit(heap), [])
  })

  it('marks what host functions write', () => {
    const {instance, heap} = installed(aProgram([]))
    instance.begin(10)
    instance.writeHeap(2 * PAGE - 2, Uint8Array.of(1, 2, 3))
    instance.writeHeap(100, new Uint8Array(0))
    assert.deepEqual(instance.commit(heap), [1, 2])
    assert.deepEqual([...heap.read(2 * PAGE - 2, 3)], [1, 2, 3])
    assert.throws(() => instance.writeHeap(65_535, Uint8Array.of(1, 2)), {name: 'InvariantViolation'})
  })

  it('lists more dirty pages than one collection holds', () => {
    const pages = 600
    const fill = code(i32Const(0), i32Const(1), i32Const(pages * 65_536), OP.prefixFc, OP_FC.memoryFill, 0)
    const {instance, heap} = installed(aProgram(fill, {memory: {minimum: pages}}))
    instance.begin(1e9)
    assert.deepEqual(instance.callExport('run'), {kind: 'ok'})
    assert.equal(instance.commit(heap).length, pages * 16)
    assert.deepEqual(new Set(heap.read(0, pages * 65_536)), new Set([1]))
  })

  describe('growth', () => {
    /** Stores the result of `memory.grow delta` at 0 and the size after at 8. */
    const grower = (delta: number | bigint, is64: boolean): Code => {
      const at = (address: number) => (is64 ? i64Const(address) : i32Const(address))
      const store = access(is64 ? OP.i64Store : OP.i32Store)
      return code(at(0), is64 ? i64Const(delta) : i32Const(Number(delta)), OP.memoryGrow, 0, store, at(8), OP.memorySize, 0, store)
    }
    for (const is64 of [false, true]) {
      const asked: number[][] = []
      const results = (delta: number | bigint, allow = true) => {
        const parts = aProgram(grower(delta, is64), {memory: {minimum: 1, maximum: 4, is64}})
        const {instance, run} = installed(parts, {hooks: {growMemory: (from, by) => asked.push([from, by]) > 0 && allow}})
        assert.deepEqual(run('run'), {kind: 'ok'})
        const bytes = Buffer.from(instance.readHeap(0, 16))
        return is64 ? [Number(bytes.readBigInt64LE(0)), Number(bytes.readBigInt64LE(8))] : [bytes.readInt32LE(0), bytes.readInt32LE(8)]
      }
      it(`gives the old size, ${is64 ? 64 : 32} bits`, () => assert.deepEqual(results(3), [1, 4]))
      it(`fails above the maximum, ${is64 ? 64 : 32} bits`, () =>
        assert.deepEqual(
          [results(4), results(-1), results(is64 ? 2n ** 32n : 65_536)],
          [
            [-1, 1],
            [-1, 1],
            [-1, 1],
          ],
        ))
      it(`asks its owner, ${is64 ? 64 : 32} bits`, () => {
        asked.length = 0
        assert.deepEqual(results(2, false), [-1, 1])
        assert.deepEqual(asked, [[1, 2]])
      })
    }

    it('can be ended by its owner', () => {
      const growMemory = () => {
        throw new HostTrap('limit')
      }
      const {run} = installed(aProgram(code(i32Const(1), OP.memoryGrow, 0, OP.drop)), {hooks: {growMemory}})
      assert.deepEqual(run('run'), {kind: 'hostTrap', cause: 'limit', backtrace: []})
    })
  })

  describe('an image', () => {
    const globals = [
      {type: i32, isMutable: true, initial: i32Const(-1)},
      {type: i64, isMutable: false, initial: i64Const(2), exports: ['constant']},
      {type: i64, isMutable: false, initial: i64Const(3)},
      {type: f64, isMutable: true, initial: [OP.f64Const, 1, 2, 3, 4, 5, 6, 0xf8, 0x7f]},
      {type: 0x7b, isMutable: true, initial: [OP.prefixFd, 12, ...Array.from({length: 16}, (_, byte) => byte)]},
    ]
    const parts = aProgram(code(store32(40, 5), globalGet(0), i32Const(1), OP.i32Add, globalSet(0)), {
      globals,
      data: [{offset: i32Const(0), content: Uint8Array.of(9)}],
      functions: [procedure('clear', code(store32(0, 0), i32Const(1), OP.memoryGrow, 0, OP.drop))],
    })

    it('restores heap, size and globals, without data segments', () => {
      const first = installed(parts)
      first.run('run')
      first.instance.commit(first.heap)
      first.run('clear')
      first.instance.commit(first.heap)
      const values = first.instance.exportGlobals()
      const second = anInstance(parts, {image: {heap: first.heap, globals: values}})
      assert.deepEqual(second.readHeap(0, 131_072), first.instance.readHeap(0, 131_072))
      assert.deepEqual([second.heapBytes, second.readHeap(0, 1)[0], second.readHeap(40, 1)[0]], [131_072, 0, 5])
      assert.deepEqual(second.exportGlobals(), values)
      assert.deepEqual(second.commit(first.heap), [])
    })

    it('has the bits of every persistent global, in module order', () => {
      assert.deepEqual(anInstance(parts).exportGlobals(), [
        {type: 'i32', bits: 0xffff_ffffn},
        {type: 'i64', bits: 2n},
        {type: 'f64', bits: 0x7ff8_0605_0403_0201n},
        {type: 'v128', bits: 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100n},
      ])
    })
  })

  it('needs a fresh instance after data.drop', () => {
    const parts = aProgram([OP.prefixFc, OP_FC.dataDrop, 0], {data: [{content: Uint8Array.of(1)}]})
    const {instance, run} = installed(parts)
    assert.equal(instance.needsFreshInstance, false)
    run('run')
    assert.equal(instance.needsFreshInstance, true)
  })

  it('drops active segments, as instantiation does', () => {
    const init = code(i32Const(0), i32Const(0), i32Const(1), OP.prefixFc, OP_FC.memoryInit, 0, 0)
    const {run} = installed(aProgram(init, {data: [{offset: i32Const(0), content: Uint8Array.of(1)}]}))
    assert.equal(run('run').kind, 'trap')
  })

  it('runs without a memory', () => {
    const {instance, heap, run} = installed({functions: [procedure('run', [OP.nop])]})
    assert.deepEqual([run('run'), instance.heapBytes, instance.commit(heap)], [{kind: 'ok'}, 0, []])
  })

  it('runs the start function when asked to', () => {
    const parts: ModuleParts = {...aProgram(store32(4, 1)), start: 0}
    const {instance, heap} = installed(parts)
    assert.deepEqual([...instance.readHeap(4, 1)], [0])
    instance.begin(100)
    assert.deepEqual(instance.runStart(), {kind: 'ok'})
    assert.deepEqual(instance.commit(heap), [0])
    assert.deepEqual(installed(aProgram([])).instance.runStart(), {kind: 'ok'})
  })

  it('would be caught not marking a page', () => {
    const compiled = compile(encodeModule(aProgram(store32(5 * PAGE, 7))))
    const mark = [OP.i32Const, 12, OP.i32ShrU, OP.i32Const, 1, OP.i32Store8]
    const planted = compiled.instrumented.slice()
    planted[Buffer.from(planted).indexOf(Buffer.from(mark)) + 4] = 0
    const pagesOf = (bytes: Uint8Array) => {
      const instance = instantiate(compileInstrumented(bytes, compiled.info) as CompiledModule, {}, {growMemory: () => true})
      instance.begin(1000)
      assert.deepEqual(instance.callExport('run'), {kind: 'ok'})
      return instance.commit(new PagedMemory())
    }
    assert.deepEqual([pagesOf(compiled.instrumented), pagesOf(planted)], [[5], []])
  })
})
