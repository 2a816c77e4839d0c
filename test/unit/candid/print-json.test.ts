import assert from 'node:assert/strict'
import {parseDid} from '../../../src/candid/did.js'
import {printArgsJson} from '../../../src/candid/print-json.js'
import {parseArgs} from '../../../src/candid/text.js'

describe('printArgsJson', () => {
  it('writes one JSON value for each argument', () => {
    const {types: env} = parseDid(
      'type R = record { amount : nat; small : nat16; some : opt int; none : opt int; to : variant { ok : blob; err }; who : principal; 7_000 : nat64; f : func () -> () }',
    )
    const text =
      '(record { amount = 1_234_567; small = 12_345; some = opt -1000; to = variant { ok = blob "\\01\\ff" }; who = principal "aaaaa-aa"; 7_000 = 1000; f = func "aaaaa-aa".go }, 1.5, null, 1, inf)'
    const {types, values} = parseArgs(
      text,
      [{kind: 'var', name: 'R'}, {kind: 'float64'}, {kind: 'null'}, {kind: 'reserved'}, {kind: 'float32'}],
      env,
    )
    const [record, ...others] = printArgsJson(types, values, env).split('\n}\n')
    assert.deepEqual(JSON.parse(`${record}}`), {
      amount: '1_234_567',
      small: 12345,
      some: ['-1_000'],
      none: [],
      to: {ok: [1, 255]},
      who: 'aaaaa-aa',
      '7_000': '1000',
      f: {principal: 'aaaaa-aa', code: 'go'},
    })
    assert.deepEqual(others, ['1.5\nnull\n"null : reserved"\n"NaN"'])
  })

  it('would notice numbers that JSON rounds (planted bug)', () => {
    const {types, values} = parseArgs('(18_446_744_073_709_551_615 : nat64)')
    assert.equal(printArgsJson(types, values), '"18446744073709551615"')
    assert.notEqual(`"${Number(values[0])}"`, printArgsJson(types, values))
  })
})
