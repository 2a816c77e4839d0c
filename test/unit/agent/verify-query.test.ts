import assert from 'node:assert/strict'
import {generateKeyPairSync, sign} from 'node:crypto'
import type {ApiQueryResponse} from '@dfinity/agent'
import {findQueryFault} from '../../../src/agent/verify-query.js'
import {concatBytes, encodeUtf8} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'
import {type HashableMap, hashOfMap, RESPONSE_SEPARATOR} from '../../../src/protocol/request-id.js'

const {publicKey, privateKey} = generateKeyPairSync('ed25519')
const KEY = new Uint8Array(publicKey.export({format: 'der', type: 'spki'}))
const NODE = encodeUtf8('node')
const REQUEST_ID = sha256(encodeUtf8('request'))
const NOW = 1_685_570_460_000_000_000n
const findKey = (id: Uint8Array) => (id === NODE ? KEY : undefined)

/** An answer with a right signature over `signed`, which is what it says unless a test lies. */
function anAnswer(fields: HashableMap, signed: HashableMap = fields, node: Uint8Array = NODE): ApiQueryResponse {
  const timestamp = 1_685_570_400_000_000_000n
  const message = concatBytes(RESPONSE_SEPARATOR, hashOfMap({...signed, timestamp, request_id: REQUEST_ID}))
  const signature = new Uint8Array(sign(undefined, message, privateKey))
  return {...fields, requestId: REQUEST_ID, signatures: [{timestamp, signature, identity: node}]} as unknown as ApiQueryResponse
}

const REPLY = {status: 'replied', reply: {arg: encodeUtf8('DIDL\0\0')}}
const REJECT = {status: 'rejected', reject_code: 5, reject_message: 'trapped', error_code: 'IC0503'}

describe('findQueryFault', () => {
  it('believes a reply and a reject that the node signed', () => {
    assert.equal(findQueryFault(anAnswer(REPLY), findKey, NOW), undefined)
    assert.equal(findQueryFault(anAnswer(REJECT), findKey, NOW), undefined)
  })
  it('catches a changed answer (planted)', () => {
    const forged = {...REPLY, reply: {arg: encodeUtf8('DIDL\0\x01')}}
    assert.equal(findQueryFault(anAnswer(forged, REPLY), findKey, NOW), 'the signature of the node is wrong.')
    assert.equal(findQueryFault(anAnswer({...REJECT, reject_code: 4}, REJECT), findKey, NOW), 'the signature of the node is wrong.')
  })
  it('refuses a node that is not of the subnet', () =>
    assert.equal(
      findQueryFault(anAnswer(REPLY, REPLY, encodeUtf8('stranger')), findKey, NOW),
      'the node that signed it is not of the subnet.',
    ))
  it('refuses an old answer', () =>
    assert.equal(findQueryFault(anAnswer(REPLY), findKey, NOW + 300_000_000_000n), 'the answer is older than five minutes.'))
  it('refuses an answer without a signature', () =>
    assert.equal(findQueryFault({...anAnswer(REPLY), signatures: []}, findKey, NOW), 'the answer carries no signature.'))
})
