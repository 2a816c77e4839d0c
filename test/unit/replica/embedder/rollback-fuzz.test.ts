/** Random programs against an uninstrumented instance of the same program: same traps, same bytes, whatever is committed or rolled back. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {OP, OP_FC} from '../../../../src/wasm/constants.js'
import {encodeModule, type ModuleParts} from '../../../../src/wasm/encode.js'
import {access, type Code, code, i32Const, i64Const, uleb} from '../../../../src/wasm/instructions.js'
import {anInstance, PROCEDURE} from './makers.js'
import {addMemoryExport} from './raw-module.js'

const PAGES = 2
const SIZE = PAGES * 65_536

type Operation =
  | {readonly kind: 'load'; readonly opcode: number; readonly address: number; readonly offset: number; readonly target: number}
  | {readonly kind: 'vectorLoad'; readonly opcode: number; readonly address: number; readonly offset: number; readonly target: number}
  | {readonly kind: 'store'; readonly opcode: number; readonly address: number; readonly offset: number; readonly value: number}
  | {readonly kind: 'vector'; readonly opcode: number; readonly address: number; readonly offset: number; readonly value: number}
  | {readonly kind: 'fill' | 'copy' | 'init'; readonly target: number; readonly source: number; readonly length: number}

/** Near page and memory ends, where mistakes are. */
const address = fc.oneof(
  fc.tuple(fc.nat(PAGES * 16 + 1), fc.integer({min: -20, max: 20})).map(([page, delta]) => Math.max(0, page * 4096 + delta)),
  fc.nat(SIZE - 1),
)
const offset = fc.oneof(fc.constant(0), fc.nat(40), fc.constantFrom(4095, 65_535, SIZE, 0xffff_fff0))
/** All vector loads: whole, extending, splats, lanes, with zeros. */
const VECTOR_LOADS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 84, 85, 86, 87, 92, 93]
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('store' as const),
      opcode: fc.integer({min: 0x36, max: 0x3e}),
      address,
      offset,
      value: fc.integer(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('vector' as const),
      opcode: fc.constantFrom(11, 88, 89, 90, 91),
      address,
      offset,
      value: fc.integer(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      opcode: fc.integer({min: 0x28, max: 0x35}),
      address,
      offset,
      target: address,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('vectorLoad' as const),
      opcode: fc.constantFrom(...VECTOR_LOADS),
      address,
      offset,
      target: address,
    }),
  },
  fc.record({
    kind: fc.constantFrom('fill' as const, 'copy' as const, 'init' as const),
    target: address,
    source: address,
    length: fc.nat(9000),
  }),
)
const step = fc.record({operations: fc.array(operation, {minLength: 1, maxLength: 6}), keep: fc.boolean()})

const SEGMENT = Uint8Array.from({length: 9000}, (_, index) => index * 31)

function encodeOperation(operation: Operation, is64: boolean): Code {
  const pointer = (value: number): Code => (is64 ? i64Const(value) : i32Const(value))
  if (operation.kind === 'store') {
    const {opcode, value} = operation
    const operand = [i32Const(value), i64Const(value), code(i32Const(value), 0xbe), code(i64Const(value), 0xbf)]
    const type = [0, 1, 2, 3, 0, 0, 1, 1, 1][opcode - 0x36]!
    return code(pointer(operation.address), operand[type]!, access(opcode, operation.offset))
  }
  if (operation.kind === 'vector') {
    const {opcode, value} = operation
    const lane = opcode === 11 ? [] : [1]
    return code(pointer(operation.address), i32Const(value), OP.prefixFd, 17, OP.prefixFd, opcode, 0, uleb(operation.offset), lane)
  }
  if (operation.kind === 'load') {
    const {opcode, target} = operation
    const type = [0, 1, 2, 3, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1][opcode - 0x28]!
    return code(pointer(target), pointer(operation.address), access(opcode, operation.offset), access(0x36 + type))
  }
  if (operation.kind === 'vectorLoad') {
    const {opcode, target} = operation
    const isLane = opcode >= 84 && opcode <= 87
    const below = isLane ? code(i32Const(77), OP.prefixFd, 17) : []
    const load = code(OP.prefixFd, opcode, 0, uleb(operation.offset), isLane ? [1] : [])
    return code(pointer(target), pointer(operation.address), below, load, OP.prefixFd, 11, 0, 0)
  }
  const {kind, target, source, length} = operation
  if (kind === 'fill') return code(pointer(target), i32Const(source), pointer(length), OP.prefixFc, OP_FC.memoryFill, 0)
  if (kind === 'copy') return code(pointer(target), pointer(source), pointer(length), OP.prefixFc, OP_FC.memoryCopy, 0, 0)
  return code(pointer(target), i32Const(source % 9000), i32Const(length), OP.prefixFc, OP_FC.memoryInit, 0, 0)
}

function moduleOf(steps: readonly (readonly Operation[])[], is64: boolean): ModuleParts {
  return {
    memory: {minimum: PAGES, maximum: PAGES, is64},
    data: [{content: SEGMENT}],
    functions: steps.map((operations, index) => ({
      type: PROCEDURE,
      body: code(...operations.map((each) => encodeOperation(each, is64))),
      exports: [`${index}`],
    })),
  }
}

/** Runs the steps on both; throws on the first difference. `damage` is for planting a bug. */
function compare(
  steps: readonly {readonly operations: readonly Operation[]; readonly keep: boolean}[],
  is64: boolean,
  damage?: (heap: PagedMemory) => void,
) {
  const operations = steps.map((each) => each.operations)
  const raw = new WebAssembly.Instance(new WebAssembly.Module(addMemoryExport(encodeModule(moduleOf(operations, false)))))
  const memory = new Uint8Array((raw.exports.memory as WebAssembly.Memory).buffer)
  const instance = anInstance(moduleOf(operations, is64))
  const heap = new PagedMemory()
  instance.commit(heap)
  steps.forEach(({keep}, index) => {
    const before = memory.slice()
    let rawTrap = false
    try {
      ;(raw.exports[`${index}`] as () => void)()
    } catch {
      rawTrap = true
    }
    instance.begin(1_000_000)
    const outcome = instance.callExport(`${index}`)
    assert.equal(outcome.kind, rawTrap ? 'trap' : 'ok')
    damage?.(heap)
    if (keep && !rawTrap) {
      const pages = instance.commit(heap)
      const changed = Array.from({length: SIZE / 4096}, (_, page) => page).filter(
        (page) => Buffer.compare(before.subarray(page * 4096, (page + 1) * 4096), memory.subarray(page * 4096, (page + 1) * 4096)) !== 0,
      )
      assert.deepEqual(pages, changed)
    } else {
      instance.rollback(heap)
      memory.set(before)
    }
    assert.equal(Buffer.compare(instance.readHeap(0, SIZE), memory), 0, 'heap')
    assert.equal(Buffer.compare(heap.read(0, SIZE), memory), 0, 'committed')
  })
}

describe('commit and rollback of random programs', () => {
  for (const is64 of [false, true])
    it(`equal an uninstrumented run, ${is64 ? 64 : 32} bits`, () =>
      fc.assert(
        fc.property(fc.array(step, {minLength: 1, maxLength: 12}), (steps) => compare(steps, is64)),
        {numRuns: 150},
      ))

  it('would not pass if a byte were forgotten', () => {
    const steps = [{operations: [{kind: 'store' as const, opcode: 0x36, address: 4094, offset: 0, value: -1}], keep: false}]
    compare(steps, false)
    assert.throws(() => compare(steps, false, (heap) => heap.write(4097, Uint8Array.of(7))))
  })
})
