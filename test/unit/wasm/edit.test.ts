import assert from 'node:assert/strict'
import fc from 'fast-check'
import {decodeUtf8, encodeUtf8} from '../../../src/base/bytes.js'
import {OP, OP_FC, TYPE} from '../../../src/wasm/constants.js'
import {decodeModule} from '../../../src/wasm/decode.js'
import {callWithNumber, editModule, findExportedFunction} from '../../../src/wasm/edit.js'
import {encodeModule} from '../../../src/wasm/encode.js'
import {access, code, i32Const, localGet, uleb} from '../../../src/wasm/instructions.js'

/** Writes what it is called with to address 0; `size` answers 0; `fill` does nothing. */
function aRuntime(): Uint8Array {
  return encodeModule({
    functions: [
      {type: {params: [TYPE.i32], results: []}, body: code(i32Const(0), localGet(0), access(OP.i32Store)), exports: ['run']},
      {type: {params: [], results: [TYPE.i32]}, body: i32Const(0), exports: ['size']},
      {type: {params: [TYPE.i32], results: []}, body: [], exports: ['fill']},
      {type: {params: [TYPE.i32], results: [TYPE.i32]}, body: code(localGet(0), access(OP.i32Load)), exports: ['read']},
    ],
    memory: {minimum: 1},
    data: [{offset: i32Const(64), content: encodeUtf8('old')}],
    customs: [{name: 'name', content: new Uint8Array(3)}],
  })
}

type Runtime = Record<string, (value?: number) => number>

const instantiate = (wasm: Uint8Array): Runtime =>
  new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)).exports as unknown as Runtime

describe('editModule', () => {
  it('leaves a module that works when nothing is changed', () => {
    const edited = editModule(aRuntime(), {})
    assert.deepEqual(decodeModule(edited).exports, decodeModule(aRuntime()).exports)
    assert.deepEqual(decodeModule(edited).customs, [])
    instantiate(edited)
  })

  it('adds functions that call one of the module with a number', () => {
    const target = findExportedFunction(decodeModule(aRuntime()), 'run')!
    const edited = instantiate(
      editModule(aRuntime(), {functions: [callWithNumber(target, 7, 'canister_query a'), callWithNumber(target, -1, 'b')]}),
    )
    edited['canister_query a']!()
    assert.equal(edited.read!(0), 7)
    edited.b!()
    assert.equal(edited.read!(0), -1)
  })

  it('hides exports', () => {
    const {exports} = decodeModule(editModule(aRuntime(), {keepExport: (name) => name === 'read'}))
    assert.deepEqual(
      exports.map(({name}) => name),
      ['read'],
    )
  })

  it('puts passive data behind a body that copies it', () =>
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', minLength: 1, maxLength: 50}), (text) => {
        const module = decodeModule(aRuntime())
        const content = encodeUtf8(text)
        const segment = module.data.length
        const copy = code(localGet(0), i32Const(0), i32Const(content.length), [OP.prefixFc, OP_FC.memoryInit, ...uleb(segment), 0])
        const bodies = new Map([
          [findExportedFunction(module, 'size')!, i32Const(content.length)],
          [findExportedFunction(module, 'fill')!, copy],
        ])
        const edited = instantiate(editModule(aRuntime(), {bodies, addData: [{content}]}))
        assert.equal(edited.size!(), content.length)
        edited.fill!(1024)
        const bytes = Uint8Array.from(content, (_, index) => edited.read!(1024 + index) & 0xff)
        assert.equal(decodeUtf8(bytes), text)
      }),
    ))

  it('replaces the data and enlarges the memory', () => {
    const edited = editModule(aRuntime(), {replaceData: [{offset: 65_536, content: Uint8Array.of(9, 0, 0, 0)}], memoryMinimum: 2})
    assert.equal(decodeModule(edited).memories[0]!.minimum, 2)
    assert.equal(instantiate(edited).read!(65_536), 9)
    assert.equal(instantiate(edited).read!(64), 0)
  })

  it('keeps the custom sections that are asked for', () =>
    assert.equal(decodeModule(editModule(aRuntime(), {keepCustom: (name) => name === 'name'})).customs.length, 1))

  it('would catch a data count that was forgotten', () => {
    const planted = editModule(aRuntime(), {addData: [{content: Uint8Array.of(1)}]})
    assert.equal(decodeModule(planted).dataCount, 2)
  })
})
