import assert from 'node:assert/strict'
import {bls12_381} from '@noble/curves/bls12-381'
import fc from 'fast-check'
import {encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {BLS_ORDER, blsPublicKey, initBls, signBls, verifyBls} from '../../../../src/replica/crypto/bls.js'
import {combinePublicKeyShares, combineSignatureShares, dealKeyShares} from '../../../../src/replica/crypto/bls-threshold.js'
import {expandMessage} from '../../../../src/replica/crypto/hash-to-curve.js'

const DOMAIN = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_'
const ORDER = bls12_381.fields.Fr.ORDER
const scalar = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'))
const message = encodeUtf8('message')
const judge = bls12_381.shortSignatures

describe('BLS12-381', () => {
  before(initBls)

  it('signs and makes keys byte for byte as an independent library', () =>
    fc.assert(
      fc.property(fc.bigInt({min: 1n, max: ORDER - 1n}), fc.uint8Array({maxLength: 100}), (secret, bytes) => {
        assert.equal(toHex(signBls(scalar(secret), bytes)), judge.sign(judge.hash(bytes, DOMAIN), secret).toHex())
        assert.equal(toHex(blsPublicKey(scalar(secret))), judge.getPublicKey(secret).toHex())
      }),
      {numRuns: 15},
    ))

  it('knows the order of its groups', () => assert.equal(BLS_ORDER, ORDER))

  it('verifies its signatures', () => assert.equal(verifyBls(blsPublicKey(scalar(42n)), signBls(scalar(42n), message), message), true))

  const key = () => blsPublicKey(scalar(42n))
  const signature = () => signBls(scalar(42n), message)
  const infinity = (length: number) => Uint8Array.of(0xc0, ...new Uint8Array(length - 1))
  /** x = 4 is on the curve, outside the subgroup of prime order. */
  const outsideSubgroup = () => Uint8Array.of(0x80, ...new Uint8Array(46), 4)
  for (const {what, publicKey, sig} of [
    {what: 'by another key', publicKey: () => blsPublicKey(scalar(43n)), sig: signature},
    {what: 'at infinity', publicKey: key, sig: () => infinity(48)},
    {what: 'at infinity for a key at infinity', publicKey: () => infinity(96), sig: () => infinity(48)},
    {what: 'outside the subgroup', publicKey: key, sig: outsideSubgroup},
    {what: 'cut short', publicKey: key, sig: () => signature().subarray(0, 47)},
    {what: 'too long', publicKey: key, sig: () => Uint8Array.of(...signature(), 0)},
    {what: 'for a key cut short', publicKey: () => key().subarray(1), sig: signature},
    {what: 'of noise', publicKey: key, sig: () => new Uint8Array(48).fill(0xff)},
    {what: 'of nothing', publicKey: () => new Uint8Array(), sig: () => new Uint8Array()},
  ])
    it(`refuses a signature ${what}`, () => assert.equal(verifyBls(publicKey(), sig(), message), false))

  it('has the point outside the subgroup on the curve', () =>
    assert.throws(() => judge.Signature.fromHex(toHex(outsideSubgroup())), /torsion|subgroup|prime/))

  it('refuses another message', () => assert.equal(verifyBls(key(), signature(), encodeUtf8('massage')), false))

  it('combines any shares up to the threshold, whatever the committee', () =>
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({min: 1n, max: ORDER - 1n}), {minLength: 1, maxLength: 5}),
        fc.integer({min: 0, max: 8}),
        (coefficients, spare) => {
          const threshold = coefficients.length
          const secrets = dealKeyShares(coefficients.map(scalar), threshold + spare)
          const chosen = secrets.map((secret, index) => ({index, secret})).slice(spare)
          const shares = chosen.map(({index, secret}) => ({index, signature: signBls(secret, message)}))
          const keys = chosen.map(({index, secret}) => ({index, publicKey: blsPublicKey(secret)}))
          assert.deepEqual(combineSignatureShares(shares.reverse()), signBls(scalar(coefficients[0]!), message))
          assert.deepEqual(combinePublicKeyShares(keys), blsPublicKey(scalar(coefficients[0]!)))
        },
      ),
      {numRuns: 10},
    ))

  it('does not combine bytes that are no signatures, or nothing', () => {
    assert.equal(combineSignatureShares([{index: 0, signature: new Uint8Array(48)}]), undefined)
    assert.equal(combineSignatureShares([]), undefined)
  })

  it('planted bug: shares taken at x = index instead of index + 1 give a wrong signature', () => {
    const secrets = dealKeyShares([42n, 7n, 9n].map(scalar), 4)
    const shares = [1, 2, 3].map((index) => ({index: index - 1, signature: signBls(secrets[index]!, message)}))
    assert.equal(verifyBls(key(), combineSignatureShares(shares)!, message), false)
  })
})

/** RFC 9380, appendix K.1. */
describe('expand_message_xmd', () => {
  const domain = 'QUUX-V01-CS02-with-expander-SHA256-128'
  for (const {text, length, hex} of [
    {text: '', length: 32, hex: '68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235'},
    {text: 'abc', length: 32, hex: 'd8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615'},
    {
      text: '',
      length: 128,
      hex: 'af84c27ccfd45d41914fdff5df25293e221afc53d8ad2ac06d5e3e29485dadbee0d121587713a3e0dd4d5e69e93eb7cd4f5df4cd103e188cf60cb02edc3edf18eda8576c412b18ffb658e3dd6ec849469b979d444cf7b26911a08e63cf31f9dcc541708d3491184472c2c29bb749d4286b004ceb5ee6b9a7fa5b646c993f0ced',
    },
  ])
    it(`stretches '${text}' to ${length} bytes`, () => assert.equal(toHex(expandMessage(encodeUtf8(text), domain, length)), hex))
})
