/** Vectors of representation-independent hashing: IC interface specification, recomputed. */
import assert from 'node:assert/strict'
import {encodeUtf8, fromHex, toHex} from '../../src/base/bytes.js'
import {sha256} from '../../src/base/sha256.js'
import {
  DELEGATION_SEPARATOR,
  type HashableMap,
  hashOfMap,
  hashOfValue,
  REQUEST_SEPARATOR,
  RESPONSE_SEPARATOR,
  SENDER_INFO_SEPARATOR,
  STATE_ROOT_SEPARATOR,
} from '../../src/protocol/request-id.js'

const EXPIRY = 1685570400000000000n
const M2_ID = fromHex('c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c')
const PUBLIC_KEY = fromHex(`302a300506032b6570032100${'11'.repeat(32)}`)
const ANSWER = {timestamp: EXPIRY, request_id: M2_ID}

const VECTORS: readonly {readonly what: string; readonly map: HashableMap; readonly hash: string}[] = [
  {
    what: 'a call',
    map: {
      request_type: 'call',
      sender: fromHex('04'),
      ingress_expiry: EXPIRY,
      canister_id: fromHex('00000000000004d2'),
      method_name: 'hello',
      arg: fromHex('4449444c00fd2a'),
    },
    hash: '1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101',
  },
  {
    what: 'a call with a nonce',
    map: {
      request_type: 'call',
      nonce: fromHex('000102030405060708090a0b0c0d0e0f'),
      ingress_expiry: EXPIRY,
      sender: fromHex('04'),
      canister_id: fromHex('80000000001000000101'),
      method_name: 'greet',
      arg: fromHex('4449444c0000'),
    },
    hash: toHex(M2_ID),
  },
  {
    what: 'a read_state',
    map: {
      request_type: 'read_state',
      ingress_expiry: EXPIRY,
      sender: fromHex('04'),
      paths: [[encodeUtf8('time')], [encodeUtf8('request_status'), M2_ID]],
    },
    hash: '645f91bf7c48b2bedf73fb92cb7898c63f90a5f5ae264f524a4f45a37efeaab0',
  },
  {
    what: 'a delegation with targets',
    map: {pubkey: PUBLIC_KEY, expiration: EXPIRY, targets: [fromHex('80000000001000000101')], permissions: undefined},
    hash: '1ddbd846637284be2573460e026f3a60822ae86d313cdbb380cd1820c4a98bb2',
  },
  {
    what: 'a delegation with permissions',
    map: {pubkey: PUBLIC_KEY, expiration: EXPIRY, permissions: 'queries'},
    hash: '6e65e06d3b466e888137dfe9cdb1619435a4b337f63c9a9154e410758b27d75e',
  },
  {
    what: 'a query reply',
    map: {status: 'replied', reply: {arg: fromHex('4449444c0000')}, ...ANSWER},
    hash: '8f51fa06f84ca62d391206e23a91fd9a5342f9941833649ba2c85930b770dfac',
  },
  {
    what: 'a query reject',
    map: {status: 'rejected', reject_code: 5, reject_message: 'boom', error_code: 'IC0503', ...ANSWER},
    hash: '248f6d6df9a30b673748fdfe6e7de6d101ef87dcce7bb8902303fb16cc752bb4',
  },
]

describe('representation-independent hash', () => {
  for (const {what, map, hash} of VECTORS) it(`hashes ${what}`, () => assert.equal(toHex(hashOfMap(map)), hash))

  it('does not depend on the order of fields', () => {
    const {map, hash} = VECTORS[0]!
    assert.equal(toHex(hashOfMap(Object.fromEntries(Object.entries(map).reverse()))), hash)
  })

  it('hashes a time as LEB128', () => assert.match(toHex(hashOfValue(EXPIRY)), /^db8e57ab.*2c76$/))

  it('planted bug: pairs sorted by field name instead of by hash do not pass', () => {
    const sortedByName = (map: HashableMap) =>
      sha256(
        ...Object.keys(map)
          .sort()
          .flatMap((key) => [sha256(encodeUtf8(key)), hashOfValue(map[key]!)]),
      )
    assert.notEqual(toHex(sortedByName(VECTORS[0]!.map)), VECTORS[0]!.hash)
  })
})

describe('domain separators', () => {
  for (const {separator, first, text} of [
    {separator: REQUEST_SEPARATOR, first: 0x0a, text: 'ic-request'},
    {separator: DELEGATION_SEPARATOR, first: 0x1a, text: 'ic-request-auth-delegation'},
    {separator: RESPONSE_SEPARATOR, first: 0x0b, text: 'ic-response'},
    {separator: SENDER_INFO_SEPARATOR, first: 0x0e, text: 'ic-sender-info'},
    {separator: STATE_ROOT_SEPARATOR, first: 0x0d, text: 'ic-state-root'},
  ])
    it(text, () => assert.deepEqual(separator, Uint8Array.of(first, ...encodeUtf8(text))))
})
