import assert from 'node:assert/strict'
import {toHex} from '../../../src/base/bytes.js'
import {decodeUntyped} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {findMethod} from '../../../src/candid/types.js'
import {type ExpectedArguments, encodeArgument} from '../../../src/operations/encode-argument.js'

const DID = parseDid(`type account = record { owner : principal; subaccount : opt blob };
service : {
  none : () -> ();
  text : (text) -> ();
  nat : (nat) -> ();
  opts : (opt nat, opt text) -> ();
  pair : (text, nat) -> ();
  account : (account) -> ();
}`)

const expected = (name: string): ExpectedArguments => ({types: findMethod(DID, name)!.args, env: DID.types})
const encode = (text: string | undefined, method?: string) =>
  encodeArgument(text === undefined ? undefined : {text, format: 'idl'}, method === undefined ? undefined : expected(method))
const values = (bytes: Uint8Array) => decodeUntyped(bytes).values

describe('encodeArgument', () => {
  for (const {text, method, result} of [
    {text: '("hi")', method: 'text', result: ['hi']},
    {text: 'hi', method: 'text', result: ['hi']},
    {text: 'two words, even (three)', method: 'text', result: ['two words, even (three)']},
    {text: '"quoted"', method: 'text', result: ['quoted']},
    {text: '', method: 'text', result: ['']},
    {text: '1_000', method: 'nat', result: [1000n]},
    {text: '(1000 : nat)', method: 'nat', result: [1000n]},
    {text: '("a", 2)', method: 'pair', result: ['a', 2n]},
    {text: '()', method: 'none', result: []},
    {text: undefined, method: 'none', result: []},
    {text: undefined, method: 'opts', result: [[], []]},
    {text: undefined, method: undefined, result: []},
    {text: '("hi", 5)', method: undefined, result: ['hi', 5n]},
    {text: 'Banzai', method: undefined, result: ['Banzai']},
    {text: 'true', method: undefined, result: [true]},
    {text: '5', method: undefined, result: [5n]},
  ])
    it(`takes ${text === undefined ? 'nothing' : `'${text}'`} for ${method ?? 'an unknown method'}`, () =>
      assert.deepEqual(values(encode(text, method)), result))

  it('takes a bare record where one is expected', () =>
    assert.equal(values(encode('record { owner = principal "aaaaa-aa" }', 'account')).length, 1))

  it('takes hexadecimal as it is', () =>
    assert.equal(toHex(encodeArgument({text: ' 4449444c\n0000 ', format: 'raw'}, expected('text'))), '4449444c0000'))

  it('refuses what is not hexadecimal', () =>
    assert.throws(() => encodeArgument({text: 'xyz', format: 'raw'}, undefined), {code: 'ARGUMENT_INVALID'}))
  it('refuses nothing where something is needed', () => assert.throws(() => encode(undefined, 'pair'), {code: 'ARGUMENT_INVALID'}))
  for (const wrong of ['("a", "b")', 'a', '("a", 1, 2)', '('])
    it(`refuses '${wrong}' for a text and a number`, () => assert.throws(() => encode(wrong, 'pair'), {name: 'CandidError'}))
  it('catches a text sent as a number (planted)', () => assert.throws(() => encode('hello', 'nat'), {name: 'CandidError'}))
})
