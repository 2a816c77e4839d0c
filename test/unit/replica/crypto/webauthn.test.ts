import assert from 'node:assert/strict'
import {generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import {concatBytes, encodeUtf8, fromHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {type CborInput, tagged} from '../../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../../src/protocol/cbor-encode.js'
import {encodePublicKey} from '../../../../src/protocol/der.js'
import {findSignatureFault} from '../../../../src/replica/crypto/signatures.js'

const fromBase64Url = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
const PAYLOAD = concatBytes(Uint8Array.of(10), encodeUtf8('ic-request'), new Uint8Array(32).fill(9))
const AUTHENTICATOR_DATA = new Uint8Array(37).fill(3)

const makers = {
  ES256: () => {
    const pair = generateKeyPairSync('ec', {namedCurve: 'P-256'})
    const {x, y} = pair.publicKey.export({format: 'jwk'})
    return {
      ...pair,
      cose: [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, fromBase64Url(x!)],
        [-3, fromBase64Url(y!)],
      ],
    }
  },
  RS256: () => {
    const pair = generateKeyPairSync('rsa', {modulusLength: 2048})
    const {n, e} = pair.publicKey.export({format: 'jwk'})
    return {
      ...pair,
      cose: [
        [1, 3],
        [3, -257],
        [-1, fromBase64Url(n!)],
        [-2, fromBase64Url(e!)],
      ],
    }
  },
  EdDSA: () => {
    const pair = generateKeyPairSync('ed25519')
    const {x} = pair.publicKey.export({format: 'jwk'})
    return {
      ...pair,
      cose: [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, fromBase64Url(x!)],
      ],
    }
  },
} as unknown as Record<string, () => {privateKey: KeyObject; cose: [number, CborInput][]}>

interface Assertion {
  readonly algorithm?: string
  readonly challenge?: string
  readonly asText?: boolean
  readonly clientData?: Uint8Array
  readonly damage?: boolean
}

function faultOf({
  algorithm = 'ES256',
  challenge = Buffer.from(PAYLOAD).toString('base64url'),
  asText = false,
  clientData,
  damage,
}: Assertion) {
  const {privateKey, cose} = makers[algorithm]!()
  const json = clientData ?? encodeUtf8(JSON.stringify({type: 'webauthn.get', challenge, origin: 'https://identity.example'}))
  const signature = new Uint8Array(sign(algorithm === 'EdDSA' ? null : 'sha256', concatBytes(AUTHENTICATOR_DATA, sha256(json)), privateKey))
  if (damage) signature[signature.length - 1]! ^= 1
  const client = asText ? new TextDecoder().decode(json) : json
  return findSignatureFault({
    publicKey: encodePublicKey({algorithm: 'cose', key: encodeCbor(new Map(cose))}),
    signature: encodeCbor(tagged(55799, {authenticator_data: AUTHENTICATOR_DATA, client_data_json: client, signature})),
    payload: PAYLOAD,
    rootKey: new Uint8Array(),
  })
}

describe('WebAuthn signatures', () => {
  for (const algorithm of Object.keys(makers)) {
    it(`accept ${algorithm}, client data as bytes or text`, () => {
      assert.equal(faultOf({algorithm}), undefined)
      assert.equal(faultOf({algorithm, asText: true}), undefined)
    })
    it(`refuse a damaged ${algorithm}`, () =>
      assert.equal(faultOf({algorithm, damage: true}), `WebAuthn error: ${algorithm} signature could not be verified`))
  }

  it('accept a padded challenge', () => assert.equal(faultOf({challenge: `${Buffer.from(PAYLOAD).toString('base64url')}==`}), undefined))

  for (const {what, assertion, message} of [
    {what: 'another challenge', assertion: {challenge: 'AAAA'}, message: 'the challenge is not the signed message'},
    {what: 'client data that is no JSON', assertion: {clientData: encodeUtf8('{')}, message: 'the client data has no challenge'},
    {what: 'client data that is null', assertion: {clientData: encodeUtf8('null')}, message: 'the client data has no challenge'},
    {what: 'client data that is not UTF-8', assertion: {clientData: fromHex('ff')}, message: 'the client data has no challenge'},
  ])
    it(`refuse ${what}`, () => assert.equal(faultOf(assertion), `WebAuthn error: ${message}`))

  for (const {what, key, signature, message} of [
    {what: 'a key that is no CBOR', key: 'ff', signature: 'a0', message: 'the public key is none of ES256, RS256, EdDSA'},
    {what: 'a key without coordinates', key: 'a3010203262001', signature: 'a0', message: 'the public key is none of ES256, RS256, EdDSA'},
  ])
    it(`refuse ${what}`, () => {
      const publicKey = encodePublicKey({algorithm: 'cose', key: fromHex(key)})
      assert.equal(
        findSignatureFault({publicKey, signature: fromHex(signature), payload: PAYLOAD, rootKey: PAYLOAD}),
        `WebAuthn error: ${message}`,
      )
    })

  it('planted bug: a verifier that does not compare the challenge is noticed', () =>
    assert.notEqual(faultOf({challenge: Buffer.from(PAYLOAD.subarray(1)).toString('base64url')}), undefined))
})
