import assert from 'node:assert/strict'
import fc from 'fast-check'
import {concatBytes, encodeUtf8} from '../../../src/base/bytes.js'
import {OP, SECTION} from '../../../src/wasm/constants.js'
import {encodeModule} from '../../../src/wasm/encode.js'
import {addCustomSection, listCustomSections, readSections, removeCustomSections} from '../../../src/wasm/sections.js'

const PROCEDURE = {params: [], results: []}
const MODULE = encodeModule({functions: [{type: PROCEDURE, body: [OP.nop], exports: ['f']}]})

const section = fc.record({name: fc.string(), content: fc.uint8Array({maxLength: 300})}, {noNullPrototype: true})

describe('sections', () => {
  it('are read as ranges, in order', () => {
    const sections = readSections(MODULE)
    assert.deepEqual(
      sections.map(({id}) => id),
      [SECTION.type, SECTION.function, SECTION.export, SECTION.code],
    )
    assert.deepEqual([sections[0]!.start, sections.at(-1)!.end], [8, MODULE.length])
  })

  it('custom ones are added at the end and listed in order', () =>
    fc.assert(
      fc.property(fc.array(section, {maxLength: 5}), (sections) => {
        const wasm = sections.reduce((module, {name, content}) => addCustomSection(module, name, content), MODULE)
        assert.deepEqual(
          listCustomSections(wasm).map(({name, content}) => ({name, content: new Uint8Array(content)})),
          sections,
        )
        assert.ok(WebAssembly.validate(wasm as Uint8Array<ArrayBuffer>))
        assert.deepEqual(
          removeCustomSections(wasm, () => true),
          MODULE,
        )
      }),
      {numRuns: 100},
    ))

  it('only those asked for are removed', () => {
    const wasm = addCustomSection(addCustomSection(MODULE, 'name', Uint8Array.of(1)), 'icp:public x', Uint8Array.of(2))
    const kept = removeCustomSections(wasm, ({name}) => name === 'name')
    assert.deepEqual(
      listCustomSections(kept).map(({name}) => name),
      ['icp:public x'],
    )
    assert.deepEqual(kept, addCustomSection(MODULE, 'icp:public x', Uint8Array.of(2)))
  })

  it('may be in any place, also first', () => {
    const first = concatBytes(MODULE.subarray(0, 8), Uint8Array.of(0, 3, 1, 0x61, 7), MODULE.subarray(8))
    assert.deepEqual(
      listCustomSections(first).map(({name, content}) => [name, ...content]),
      [['a', 7]],
    )
    assert.deepEqual(
      removeCustomSections(first, () => true),
      MODULE,
    )
  })

  for (const {what, bytes} of [
    {what: 'text', bytes: encodeUtf8('not wasm')},
    {what: 'a section cut short', bytes: MODULE.subarray(0, -1)},
    {what: 'a name that is not UTF-8', bytes: concatBytes(MODULE, Uint8Array.of(0, 3, 2, 0xff, 0xfe))},
    {what: 'a name longer than its section', bytes: concatBytes(MODULE, Uint8Array.of(0, 2, 5, 0x61))},
  ])
    it(`are refused in ${what}`, () => {
      assert.throws(() => listCustomSections(bytes), {code: 'WASM_MALFORMED'})
      assert.throws(() => removeCustomSections(bytes, () => true), {code: 'WASM_MALFORMED'})
    })

  it('are refused to be added to what is no module', () =>
    assert.throws(() => addCustomSection(encodeUtf8('x'), 'a', new Uint8Array()), {code: 'WASM_MALFORMED'}))

  it('would be caught swallowing a section', () => {
    const [type, functions] = readSections(MODULE)
    const planted = MODULE.slice()
    planted[type!.contentStart - 1]! += functions!.end - functions!.start
    assert.notEqual(readSections(planted).length, readSections(MODULE).length)
  })
})
