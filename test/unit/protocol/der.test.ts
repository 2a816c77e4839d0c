import assert from 'node:assert/strict'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import fc from 'fast-check'
import {fromHex, toHex} from '../../../src/base/bytes.js'
import {encodePublicKey, findCanisterSignatureKey, findPublicKey, type PublicKey, selfAuthenticatingId} from '../../../src/protocol/der.js'
import {parsePrincipal, principalToText} from '../../../src/protocol/principal.js'

const ROOT_42 =
  'ac7fa63dfc38bbf3712e27a180391bca4ccabf609c5967a0592eff420b6235f3f2b323051cb099acc3969aca310f7ff4191b2d6db43fafc2c9592f7e5f73981107975d3d92b843891e724dbc9f05b5eee5a3b2b1fc782ede8149f30830b84444'

describe('DER public keys', () => {
  for (const {algorithm, key, bytes} of [
    {algorithm: 'ed25519', key: new Uint8Array(32).fill(1), bytes: 44},
    {algorithm: 'secp256k1', key: Uint8Array.of(4, ...new Uint8Array(64)), bytes: 88},
    {algorithm: 'p256', key: Uint8Array.of(4, ...new Uint8Array(64)), bytes: 91},
    {algorithm: 'bls', key: new Uint8Array(96), bytes: 133},
    {algorithm: 'cose', key: new Uint8Array(77), bytes: 96},
    {algorithm: 'cose', key: new Uint8Array(300), bytes: 300 + 1 + 14 + 4 + 4},
    {algorithm: 'canister-signature', key: fromHex('0a8000000000100000010141'), bytes: 31},
  ] satisfies readonly (PublicKey & {bytes: number})[])
    it(`${algorithm} takes ${bytes} bytes and reads back`, () => {
      const der = encodePublicKey({algorithm, key})
      assert.equal(der.length, bytes)
      assert.deepEqual(findPublicKey(der), {algorithm, key})
    })

  for (const {what, hex} of [
    {what: 'a compressed point', hex: `3056301006072a8648ce3d020106052b8104000a034200${'02'.repeat(65)}`},
    {what: 'a short Ed25519 key', hex: `302a300506032b6570032100${'01'.repeat(31)}`},
    {what: 'an unknown algorithm', hex: '3010300c060a2b0601040183b843010303010000'},
    {what: 'bytes behind the key', hex: '3012300c060a2b0601040183b843010203020000ff'},
    {what: 'a length in too many bytes', hex: '30811' + '2300c060a2b0601040183b8430102030200' + '00'},
    {what: 'nothing', hex: ''},
  ])
    it(`refuses ${what}`, () => assert.equal(findPublicKey(fromHex(hex)), undefined))

  it('reads any bytes without an error', () => fc.assert(fc.property(fc.uint8Array(), (bytes) => findPublicKey(bytes) === undefined)))

  it('reads the signer of canister signatures', () => {
    assert.deepEqual(findCanisterSignatureKey(fromHex('0a800000000010000001014142')), {
      canisterId: parsePrincipal('bnz7o-iuaaa-aaaaa-qaaaa-cai'),
      seed: fromHex('4142'),
    })
    assert.equal(findCanisterSignatureKey(fromHex('0a80')), undefined)
  })

  it('makes subnet ids', () =>
    assert.equal(
      principalToText(selfAuthenticatingId(encodePublicKey({algorithm: 'bls', key: fromHex(ROOT_42)}))),
      'jvtfa-s2a3v-thwie-2yurp-x4hej-66fur-koe3c-y6k7v-5zo22-t452m-zqe',
    ))

  it('agrees with @dfinity/identity', () => {
    const identity = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(7))
    const der = encodePublicKey({algorithm: 'ed25519', key: new Uint8Array(identity.getPublicKey().toRaw())})
    assert.equal(toHex(der), toHex(new Uint8Array(identity.getPublicKey().toDer())))
    assert.equal(principalToText(selfAuthenticatingId(der)), identity.getPrincipal().toText())
  })
})
