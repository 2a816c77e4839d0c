import assert from 'node:assert/strict'
import fc from 'fast-check'
import {JsonSyntaxError} from '../../../src/project/errors.js'
import {parseJson} from '../../../src/project/json-text.js'

function faultOf(text: string): string {
  try {
    parseJson(text, 'f')
    return 'none'
  } catch (error) {
    assert.ok(error instanceof JsonSyntaxError)
    return `${error.line}:${error.column} ${error.problem}`
  }
}

describe('parseJson', () => {
  const cases: readonly (readonly [text: string, fault: string])[] = [
    ['', '1:1 unexpected end of the file'],
    ['x', '1:1 expected value'],
    ['{"a": 1,}', '1:8 trailing comma'],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 expected `,` or `}`'],
    ['{"a" 1}', '1:6 expected `:`'],
    ['{a: 1}', '1:2 expected a name in double quotes'],
    ['[1, 2', '1:6 expected `,` or `]`'],
    ['{"a": "x\ny"}', '1:7 expected a string that ends on its line'],
    ['{} {}', '1:4 expected the end of the file'],
    ['[tru]', '1:2 expected value'],
  ]
  for (const [text, fault] of cases) it(`finds the fault of ${JSON.stringify(text)}`, () => assert.equal(faultOf(text), fault))

  it('skips a byte order mark', () => assert.deepEqual(parseJson('\uFEFF{}', 'f'), {}))

  it('reads what JSON.stringify writes', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        assert.deepEqual(parseJson(JSON.stringify(value, null, 2), 'f'), JSON.parse(JSON.stringify(value))),
      ),
    ))

  it('refuses exactly what JSON.parse refuses, with a place inside the text', () =>
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom(',', '}', '"', 'x', ''), (text, position, spoiler) => {
        const at = position % (text.length + 1)
        const spoilt = text.slice(0, at) + spoiler + text.slice(at + 1)
        const [place] = faultOf(spoilt).split(' ')
        assert.equal(place === 'none', isJson(spoilt))
        if (place !== 'none') assert.match(place!, /^[1-9]\d*:[1-9]\d*$/)
      }),
    ))
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
