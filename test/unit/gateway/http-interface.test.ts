import assert from 'node:assert/strict'
import {fromHex} from '../../../src/base/bytes.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {printArgsCompact} from '../../../src/candid/print.js'
import {parseArgs} from '../../../src/candid/text.js'
import type {CandidType} from '../../../src/candid/types.js'
import {decodeResponse, decodeStreamedPart, encodeRequest, encodeUpdateRequest} from '../../../src/gateway/http-interface.js'
import {canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'

const {types} = parseDid(`
type HeaderField = record {text; text};
type Request = record {method : text; url : text; headers : vec HeaderField; body : blob; certificate_version : opt nat16};
type UpdateRequest = record {method : text; url : text; headers : vec HeaderField; body : blob};
type Token = record {key : text; index : nat; sha256 : opt blob; more : variant {a; b : vec Token}};
type Part = record {body : blob; token : opt Token};
type Response = record {
  status_code : nat16; headers : vec HeaderField; body : blob; upgrade : opt bool;
  streaming_strategy : opt variant {Callback : record {callback : func (Token) -> (opt Part) query; token : Token}};
};`)
const named = (name: string): CandidType => ({kind: 'var', name})
const write = (type: string, text: string): Uint8Array => {
  const {values} = parseArgs(text, [named(type)], types)
  return encodeArgs([named(type)], values, types)
}

const ID = canisterIdFromNumber(3n)
const TOKEN =
  'record {key = "k"; index = 300 : nat; sha256 = opt blob "\\01"; more = variant {b = vec {record {key = "l"; index = 0 : nat; sha256 = null; more = variant {a}}}}}'

describe('the HTTP interface of canisters', () => {
  const request = {
    method: 'POST',
    url: '/a?b=c',
    headers: [
      ['x-a', '1'],
      ['x-a', '2'],
    ] as const,
    body: fromHex('00ff'),
  }

  it('writes requests that the declared types read', () => {
    const text = printArgsCompact([named('Request')], decodeArgs(encodeRequest(request), [named('Request')], types), types)
    assert.match(text, /certificate_version = opt \(2 : nat16\)/)
    const {certificate_version: _, ...update} = decodeArgs(encodeRequest(request), [named('Request')], types)[0] as Record<string, unknown>
    assert.deepEqual(decodeArgs(encodeUpdateRequest(request), [named('UpdateRequest')], types)[0], update)
  })

  it('reads a response without the optional fields', () => {
    const {types: old} = parseDid('type R = record {status_code : nat16; headers : vec record {text; text}; body : blob};')
    const {values} = parseArgs('(record {status_code = 404; headers = vec {record {"A"; "b"}}; body = blob "x"})', [named('R')], old)
    assert.deepEqual(decodeResponse(encodeArgs([named('R')], values, old)), {
      status: 404,
      headers: [['A', 'b']],
      body: fromHex('78'),
      isUpgrade: false,
      stream: undefined,
    })
  })

  it('re-encodes the token of a stream with the type it came with', () => {
    const callback = `func "${principalToText(ID)}".next`
    const strategy = `opt variant {Callback = record {callback = ${callback}; token = ${TOKEN}}}`
    const response = write(
      'Response',
      `(record {status_code = 200; headers = vec {}; body = blob ""; upgrade = opt true; streaming_strategy = ${strategy}})`,
    )
    const {stream, isUpgrade} = decodeResponse(response)
    assert.equal(isUpgrade, true)
    assert.deepEqual([stream?.canisterId, stream?.method], [ID, 'next'])
    assert.deepEqual(decodeArgs(stream!.arg, [named('Token')], types), decodeArgs(write('Token', `(${TOKEN})`), [named('Token')], types))
  })

  const position = {canisterId: ID, method: 'next', arg: new Uint8Array(0)}

  it('reads a part, plain or optional, and its next token', () => {
    const plain = decodeStreamedPart(write('Part', `(record {body = blob "ab"; token = opt ${TOKEN}})`), position)
    assert.deepEqual([plain.body, plain.next?.method], [fromHex('6162'), 'next'])
    const type: CandidType = {kind: 'opt', inner: named('Part')}
    const {values} = parseArgs('(opt record {body = blob "c"; token = null})', [type], types)
    assert.deepEqual(decodeStreamedPart(encodeArgs([type], values, types), position), {body: fromHex('63'), next: undefined})
    assert.deepEqual(decodeStreamedPart(encodeArgs([type], [[]], types), position), {body: new Uint8Array(0), next: undefined})
  })

  it('refuses what is not a response', () => {
    assert.throws(() => decodeResponse(encodeArgs([{kind: 'text'}], ['hello'])), {code: 'CANDID_TYPE_MISMATCH'})
    assert.throws(() => decodeResponse(fromHex('00')), {code: 'CANDID_MALFORMED'})
  })
})
