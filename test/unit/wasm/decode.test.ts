import assert from 'node:assert/strict'
import fc from 'fast-check'
import {KIND, OP, SECTION, TYPE, WASM_HEADER} from '../../../src/wasm/constants.js'
import {decodeModule} from '../../../src/wasm/decode.js'
import {encodeModule, type ModuleParts} from '../../../src/wasm/encode.js'
import {code, f32Const, f64Const, i32Const, i64Const, localGet} from '../../../src/wasm/instructions.js'
import {readFunctionNames} from '../../../src/wasm/name-section.js'
import {WasmReader} from '../../../src/wasm/reader.js'
import {WasmWriter} from '../../../src/wasm/writer.js'

const {i32, i64, f64} = TYPE
const PROCEDURE = {params: [], results: []}
const SUM = {params: [i32, i64], results: [f64]}

const PARTS: ModuleParts = {
  types: [SUM],
  imports: [{module: 'ic0', name: 'f', type: PROCEDURE}],
  functions: [{type: SUM, locals: [i32], body: code(localGet(0), OP.drop, f64Const(1)), exports: ['a', 'b']}],
  tables: [{minimum: 2, maximum: 3}],
  memory: {minimum: 1, maximum: 70_000, is64: true},
  globals: [{type: i64, isMutable: true, initial: i64Const(-2), exports: ['g']}],
  start: 0,
  elements: [{offset: i32Const(1), functions: [1]}],
  data: [{offset: i64Const(5), content: Uint8Array.of(1, 2)}, {content: Uint8Array.of(3)}],
  customs: [{name: 'x', content: Uint8Array.of(9)}],
}

/** A module of one section. */
const moduleOf = (id: number, ...content: number[]): Uint8Array =>
  new WasmWriter().raw(WASM_HEADER).section(id, Uint8Array.from(content)).toBytes()

describe('decodeModule', () => {
  it('finds what encodeModule wrote', () => {
    const module = decodeModule(encodeModule(PARTS))
    assert.deepEqual(module.types, [SUM, PROCEDURE])
    assert.deepEqual(module.imports, [{module: 'ic0', name: 'f', type: {kind: 'function', typeIndex: 1}}])
    assert.deepEqual(module.functions, [0])
    assert.deepEqual(module.tables, [{elementType: TYPE.funcref, limits: {is64: false, isShared: false, minimum: 2, maximum: 3}}])
    assert.deepEqual(module.memories, [{is64: true, isShared: false, minimum: 1, maximum: 70_000}])
    assert.deepEqual(module.exports, [
      {name: 'a', kind: KIND.function, index: 1},
      {name: 'b', kind: KIND.function, index: 1},
      {name: 'g', kind: KIND.global, index: 0},
    ])
    assert.deepEqual([module.globals[0]!.isMutable, module.globals[0]!.initial.value], [true, 2n ** 64n - 2n])
    assert.deepEqual([module.start, module.dataCount, module.bodies.length], [0, 2, 1])
    assert.deepEqual(
      module.elements.map(({mode, table, offset, items}) => [mode, table, offset!.value, items]),
      [['active', 0, 1n, [1]]],
    )
    assert.deepEqual(
      module.data.map(({mode, offset, content}) => [mode, offset?.value, ...content]),
      [
        ['active', 5n, 1, 2],
        ['passive', undefined, 3],
      ],
    )
    assert.deepEqual(
      module.customs.map(({name, content}) => [name, ...content]),
      [['x', 9]],
    )
  })

  it('reads every form of element segment', () => {
    const refFunc = (index: number) => [OP.refFunc, index, OP.end]
    const forms = [
      [0, ...i32Const(0), OP.end, 1, 7],
      [1, 0, 1, 7],
      [2, 1, ...i32Const(0), OP.end, 0, 1, 7],
      [3, 0, 1, 7],
      [4, ...i32Const(0), OP.end, 1, ...refFunc(7)],
      [5, TYPE.externref, 1, OP.refNull, TYPE.externref, OP.end],
      [6, 1, ...i32Const(0), OP.end, TYPE.funcref, 1, ...refFunc(7)],
      [7, TYPE.funcref, 1, ...refFunc(7)],
    ]
    const {elements} = decodeModule(moduleOf(SECTION.element, forms.length, ...forms.flat()))
    assert.deepEqual(
      elements.map(({mode, table, elementType, items}) => [
        mode,
        table,
        elementType,
        typeof items[0] === 'number' ? items[0] : Number(items[0]!.value),
      ]),
      [
        ['active', 0, TYPE.funcref, 7],
        ['passive', 0, TYPE.funcref, 7],
        ['active', 1, TYPE.funcref, 7],
        ['declared', 0, TYPE.funcref, 7],
        ['active', 0, TYPE.funcref, 7],
        ['passive', 0, TYPE.externref, TYPE.externref],
        ['active', 1, TYPE.funcref, 7],
        ['declared', 0, TYPE.funcref, 7],
      ],
    )
  })

  for (const {what, bytes} of [
    {what: 'an unknown section', bytes: moduleOf(13)},
    {
      what: 'sections out of order',
      bytes: new WasmWriter().raw(moduleOf(SECTION.export, 0)).section(SECTION.type, Uint8Array.of(0)).toBytes(),
    },
    {what: 'a section twice', bytes: new WasmWriter().raw(moduleOf(SECTION.type, 0)).section(SECTION.type, Uint8Array.of(0)).toBytes()},
    {what: 'bytes left over', bytes: moduleOf(SECTION.type, 0, 0)},
    {what: 'functions without code', bytes: moduleOf(SECTION.function, 1, 0)},
    {what: 'a data count that does not fit', bytes: moduleOf(SECTION.dataCount, 1)},
    {what: 'an unknown type', bytes: moduleOf(SECTION.type, 1, 0x5f, 0)},
    {
      what: 'an extended constant expression',
      bytes: moduleOf(SECTION.global, 1, i32, 0, ...i32Const(1), ...i32Const(1), OP.i32Add, OP.end),
    },
    {what: 'a vector longer than its section', bytes: moduleOf(SECTION.function, 5, 0)},
    {what: 'more types than V8 takes', bytes: moduleOf(SECTION.type, 0xc1, 0x84, 0x3d)},
  ])
    it(`refuses ${what}`, () => assert.throws(() => decodeModule(bytes), {code: 'WASM_MALFORMED'}))

  it('would be caught reading past a cut', () =>
    fc.assert(
      fc.property(fc.nat(encodeModule(PARTS).length - 1), (length) => {
        // Every proper prefix that does not end between two sections is refused.
        const wasm = encodeModule(PARTS).subarray(0, length)
        let isWhole = true
        try {
          decodeModule(wasm)
        } catch {
          isWhole = false
        }
        if (isWhole) assert.ok(length >= 8)
      }),
    ))
})

describe('WasmReader and WasmWriter', () => {
  it('agree about unsigned numbers', () =>
    fc.assert(
      fc.property(fc.integer({min: 0, max: 2 ** 32 - 1}), (value) =>
        assert.equal(new WasmReader(new WasmWriter().u32(value).toBytes()).u32(), value),
      ),
    ))

  it('agree about large unsigned numbers', () =>
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) =>
        assert.equal(new WasmReader(new WasmWriter().u32(value).toBytes()).u64(), value),
      ),
    ))

  it('agree about signed numbers', () =>
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) =>
        assert.equal(new WasmReader(new WasmWriter().s64(value).toBytes()).s64AsUnsigned(), BigInt.asUintN(64, BigInt(value))),
      ),
    ))

  it('agree about signed numbers of 33 bits', () =>
    fc.assert(
      fc.property(fc.integer({min: -(2 ** 32), max: 2 ** 32 - 1}), (value) =>
        assert.equal(new WasmReader(new WasmWriter().s64(value).toBytes()).s33(), value),
      ),
    ))

  for (const bytes of [
    [0xff, 0xff, 0xff, 0xff, 0x1f],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0],
  ])
    it(`refuse ${bytes} as 32 bits`, () => assert.throws(() => new WasmReader(Uint8Array.from(bytes)).u32(), {code: 'WASM_MALFORMED'}))

  it('assemble floats', () =>
    assert.deepEqual([...f32Const(1), ...f64Const(-2)], [OP.f32Const, 0, 0, 0x80, 0x3f, OP.f64Const, 0, 0, 0, 0, 0, 0, 0, 0xc0]))
})

describe('readFunctionNames', () => {
  const functions = new WasmWriter().u32(2).u32(0).name('a').u32(300).name('b c').toBytes()

  it('reads the function names among the others', () => {
    const content = new WasmWriter()
      .byte(0)
      .sized(Uint8Array.of(1, 0x6d))
      .byte(1)
      .sized(functions)
      .byte(2)
      .sized(Uint8Array.of(0))
      .toBytes()
    assert.deepEqual(
      [...readFunctionNames(content)],
      [
        [0, 'a'],
        [300, 'b c'],
      ],
    )
  })

  it('gives what it could read of a damaged section', () => {
    const content = new WasmWriter().byte(1).sized(functions.subarray(0, 6)).toBytes()
    assert.deepEqual([...readFunctionNames(content)], [[0, 'a']])
  })
})
