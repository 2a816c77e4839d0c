import assert from 'node:assert/strict'
import fc from 'fast-check'
import {findBytes, findCycles, findInteger, findSeconds} from '../../../src/project/units.js'

type Reader = (text: string) => bigint | undefined

const tables: readonly {readonly reader: Reader; readonly cases: Readonly<Record<string, bigint | undefined>>}[] = [
  {reader: findInteger, cases: {'0': 0n, '5_000_000': 5_000_000n, _5: undefined, '1.5': undefined, '-1': undefined, '': undefined}},
  {
    reader: findCycles,
    cases: {
      '3.5TC': 3_500_000_000_000n,
      '2t': 2_000_000_000_000n,
      '500B': 500_000_000_000n,
      '5_000_000': 5_000_000n,
      '1 k': 1000n,
      '0.0001k': undefined,
      '1.5': undefined,
      '1x': undefined,
      T: undefined,
    },
  },
  {
    reader: findBytes,
    cases: {
      '1024': 1024n,
      '2 GiB': 2n << 30n,
      '2GB': 2_000_000_000n,
      '1.5 MiB': 1_572_864n,
      '3kib': 3072n,
      '12b': 12n,
      '1 iB': undefined,
      '1 XB': undefined,
    },
  },
  {
    reader: findSeconds,
    cases: {
      '30': 30n,
      '5m': 300n,
      '7days': 604_800n,
      '1h 30m': 5400n,
      '2 weeks': 1_209_600n,
      '1y': 31_557_600n,
      '7 daze': undefined,
      '': undefined,
      m: undefined,
    },
  },
]

describe('units', () => {
  for (const {reader, cases} of tables)
    for (const [text, expected] of Object.entries(cases))
      it(`${reader.name} reads '${text}' as ${expected}`, () => assert.equal(reader(text), expected))

  it('reads every whole number as itself', () =>
    fc.assert(
      fc.property(fc.bigInt({min: 0n, max: 1n << 128n}), (n) => {
        for (const reader of [findInteger, findCycles, findBytes, findSeconds]) assert.equal(reader(String(n)), n)
      }),
    ))

  it('never reads a fraction inexactly', () =>
    fc.assert(
      fc.property(fc.nat(10 ** 9), (thousandths) => {
        const text = `${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}k`
        assert.equal(findCycles(text), BigInt(thousandths))
      }),
    ))

  it('would catch a reader that goes through floating point', () => {
    assert.equal(findCycles('9007199254740993'), 9_007_199_254_740_993n)
    assert.notEqual(BigInt(Math.trunc(Number.parseFloat('9007199254740993'))), findCycles('9007199254740993'))
  })
})
