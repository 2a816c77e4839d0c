import assert from 'node:assert/strict'
import fc from 'fast-check'
import {toHex} from '../../../src/base/bytes.js'
import {decodeUntyped} from '../../../src/candid/decode.js'
import {printDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {printArgs, printArgsCompact} from '../../../src/candid/print.js'
import {anyArgs, anyTyped} from './arbitrary.js'
import {didc} from './reference.js'

/** The reference forgets quotes in its compact form. */
const isMisquoted = (text: string) => /variant \{ (?:query|a b|"|é) \}/.test(text)

describe('printArgs', () => {
  it('prints what the reference prints, with field names', () =>
    fc.assert(
      fc.property(anyTyped, ({type, value}) => {
        const idl = printDid({
          types: new Map([['T', type]]),
          service: {methods: [{name: 'm', type: {kind: 'func', args: [{kind: 'var', name: 'T'}], results: [], modes: []}}]},
        })
        const expected = didc.decode({
          idl,
          input: toHex(encodeArgs([type], [value])),
          serviceMethod: 'm',
          useServiceMethodReturnType: false,
        })
        fc.pre(!isMisquoted(expected))
        assert.equal(printArgs([type], [value]), expected)
      }),
      {numRuns: 2000},
    ))

  it('prints what the reference prints, by the types of the message', () =>
    fc.assert(
      fc.property(anyArgs, (args) => {
        const bytes = encodeArgs(
          args.map(({type}) => type),
          args.map(({value}) => value),
        )
        const {types, values, env} = decodeUntyped(bytes)
        assert.equal(printArgs(types, values, env), didc.decode({idl: 'service : {}', input: toHex(bytes)}))
      }),
      {numRuns: 2000},
    ))
})

describe('floating-point numbers', () => {
  const decode = (kind: 'float32' | 'float64', value: number) =>
    didc.decode({idl: 'service : {}', input: toHex(encodeArgs([{kind}], [value]))})

  for (const value of [
    -79343269280231.62,
    0,
    -0,
    100,
    1e21,
    5e-324,
    1.7976931348623157e308,
    0.001,
    1e-7,
    123456789.125,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])
    it(`are written as the reference does: ${value}`, () => assert.equal(printArgs([{kind: 'float64'}], [value]), decode('float64', value)))

  it('are written as the reference does, whatever they are', () =>
    fc.assert(
      fc.property(fc.double(), fc.float(), (double, float) => {
        assert.equal(printArgs([{kind: 'float64'}], [double]), decode('float64', double))
        assert.equal(printArgs([{kind: 'float32'}], [float]), decode('float32', float))
      }),
      {numRuns: 2000},
    ))

  it('would notice the shortest digits of JavaScript (planted bug)', () => {
    const planted = String(-79343269280231.62)
    assert.notEqual(`(${planted} : float64)`, decode('float64', -79343269280231.62))
  })
})

describe('printArgsCompact', () => {
  it('prints on one line', () =>
    assert.equal(
      printArgsCompact(
        [
          {
            kind: 'record',
            fields: [
              {id: 0, type: {kind: 'nat'}},
              {id: 97, name: 'a', type: {kind: 'vec', inner: {kind: 'text'}}},
            ],
          },
          {kind: 'bool'},
        ],
        [{_0_: 1000n, a: ['x'.repeat(60), 'y'.repeat(60)]}, true],
      ),
      `(record { 1_000 : nat; a = vec { "${'x'.repeat(60)}"; "${'y'.repeat(60)}";};}, true)`,
    ))
})
