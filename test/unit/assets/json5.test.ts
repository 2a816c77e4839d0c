import assert from 'node:assert/strict'
import fc from 'fast-check'
import {parseJson5} from '../../../src/assets/json5.js'

const parse = (text: string): unknown => parseJson5(text, 'file')

describe('parseJson5', () => {
  const cases: readonly {readonly text: string; readonly value: unknown}[] = [
    {text: ' // c\n[1, 2, /* d */ 3,]', value: [1, 2, 3]},
    {text: '{a: 1, $b_: \'x"y\', "c-d": null, é: true,}', value: {a: 1, $b_: 'x"y', 'c-d': null, é: true}},
    {
      text: '[.5, 5., -1e3, +7, 0xFf, Infinity, -Infinity, -0x10]',
      value: [0.5, 5, -1000, 7, 255, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -16],
    },
    {text: '"\\x41\\u00e4\\\nb\\\'\\0\\z"', value: "Aäb'\0z"},
    {text: '\uFEFF{}', value: {}},
    {text: '{true: false}', value: {true: false}},
  ]
  for (const {text, value} of cases) it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parse(text), value))

  const faults: readonly {readonly text: string; readonly where: RegExp}[] = [
    {text: '', where: /expected a value at line 1, column 1/},
    {text: '[1\n 2]', where: /expected ',' at line 2, column 2/},
    {text: '{a 1}', where: /expected ':'/},
    {text: '{1: 2}', where: /expected a key/},
    {text: '"a\nb"', where: /the string does not end/},
    {text: '"\\u12"', where: /hexadecimal digits/},
    {text: '[1] x', where: /expected the end of the file/},
    {text: '/* open', where: /expected a value/},
    {text: 'truely', where: /expected a value/},
    {text: '1x', where: /expected a value/},
    {text: '['.repeat(5000), where: /nested too deeply/},
  ]
  for (const {text, where} of faults)
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () =>
      assert.throws(() => parse(text), {code: 'ASSET_CONFIG_INVALID', message: where}))

  it('reads all JSON as JSON.parse does', () =>
    fc.assert(
      fc.property(fc.jsonValue({maxDepth: 4}), (value) => {
        const text = JSON.stringify(value)
        assert.deepEqual(parse(text), JSON.parse(text))
      }),
    ))
})
