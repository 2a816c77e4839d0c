import assert from 'node:assert/strict'
import fc from 'fast-check'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {parseArgsJson} from '../../../src/candid/parse-json.js'
import {printArgsJson} from '../../../src/candid/print-json.js'
import {randomArgs} from '../../../src/candid/random.js'
import {type CandidType, findMethod} from '../../../src/candid/types.js'

const {service, types: env} = parseDid(`
type tree = variant { leaf; node : record { tree; tree } };
type order = record { amount : nat; memo : opt text; to : principal; 7 : nat64; kind : variant { buy; sell : int16 }; data : blob };
service : { take : (order, tree, opt opt bool, vec float64, func () -> ()) -> () }`)
const args = findMethod({types: env, service: service!}, 'take')!.args
const order: CandidType = {kind: 'var', name: 'order'}
const one = (type: CandidType, json: string) => parseArgsJson(json, [type], env)[0]

describe('parseArgsJson', () => {
  it('reads back what the printer writes', () =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const values = randomArgs(args, seed, env)
        const lines = args.map((type, index) => printArgsJson([type], [values[index]!], env))
        const read = parseArgsJson(`[${lines.join(',')}]`, args, env)
        assert.deepEqual(encodeArgs(args, read, env), encodeArgs(args, values, env))
      }),
    ))

  it('takes plain numbers, bare options, bare tags and hexadecimal blobs', () =>
    assert.deepEqual(one(order, '{"amount": 5, "memo": "hi", "to": "aaaaa-aa", "7": "1_000", "kind": "buy", "data": "0x01ff"}'), {
      amount: 5n,
      memo: ['hi'],
      to: '',
      _7_: 1000n,
      kind: {buy: null},
      data: Uint8Array.of(1, 255),
    }))

  for (const {what, type, json, message} of [
    {what: 'no JSON', type: order, json: '{', message: /^the argument is not JSON/},
    {what: 'a missing field', type: order, json: '{}', message: /^field "\w+" is missing/},
    {what: 'an unknown field', type: order, json: '{"amont": 1}', message: /^record has no field "amont"; it has "7", /},
    {what: 'a text for a number', type: {kind: 'nat'} as CandidType, json: '"many"', message: /^expected nat, got "many"$/},
    {what: 'a number out of range', type: {kind: 'nat8'} as CandidType, json: '256', message: /^256 is out of range for nat8$/},
    {what: 'a negative nat', type: {kind: 'nat'} as CandidType, json: '-1', message: /out of range/},
    {
      what: 'an unknown tag',
      type: {kind: 'var', name: 'tree'} as CandidType,
      json: '"branch"',
      message: /^expected one of the tags "leaf", "node"/,
    },
    {what: 'a bad principal', type: {kind: 'principal'} as CandidType, json: '"x"', message: /^expected principal/},
  ])
    it(`refuses ${what}`, () => assert.throws(() => one(type, json), {name: 'CandidError', message}))

  it('names the place deep inside', () =>
    assert.throws(() => parseArgsJson('[[1, "x"]]', [{kind: 'vec', inner: {kind: 'vec', inner: {kind: 'int'}}}], env), {
      message: /^element 0: expected vec int|^element 0/,
    }))

  it('would notice a number that JSON has rounded (planted bug)', () => {
    assert.throws(() => one({kind: 'nat64'}, '18446744073709551615'), {message: /too large for a JSON number/})
    assert.equal(one({kind: 'nat64'}, '"18446744073709551615"'), 18446744073709551615n)
  })
})
