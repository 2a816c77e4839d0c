import assert from 'node:assert/strict'
import {createPublicKey, verify} from 'node:crypto'
import {bls12_381} from '@noble/curves/bls12-381'
import {schnorr, secp256k1} from '@noble/curves/secp256k1'
import fc from 'fast-check'
import {concatBytes, encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {encodePublicKey} from '../../../../src/protocol/der.js'
import {initBls} from '../../../../src/replica/crypto/bls.js'
import {ecdsaPublicKey, signEcdsa} from '../../../../src/replica/crypto/ecdsa.js'
import {deriveScalar} from '../../../../src/replica/crypto/keys.js'
import {
  bip340PublicKey,
  ED25519_ORDER,
  ed25519PublicKey,
  signBip340,
  signChainKeyEd25519,
  tweakBip340PublicKey,
} from '../../../../src/replica/crypto/schnorr.js'
import {SECP256K1_ORDER} from '../../../../src/replica/crypto/secp256k1.js'
import {deriveVetKey, encryptVetKey, vetKdPublicKey} from '../../../../src/replica/crypto/vetkd.js'

const seed = new Uint8Array(32).fill(8)
const ecSecret = deriveScalar(SECP256K1_ORDER, seed, 'test')
const edSecret = deriveScalar(ED25519_ORDER, seed, 'test')
const aPath = fc.array(fc.uint8Array({maxLength: 5}), {maxLength: 3})
const derOf = (algorithm: 'ed25519' | 'secp256k1', key: Uint8Array) =>
  createPublicKey({key: encodePublicKey({algorithm, key}) as Buffer, format: 'der', type: 'spki'})
const few = {numRuns: 20}

describe('chain-key signatures', () => {
  before(initBls)

  it('ECDSA verifies with OpenSSL under the derived key, with s in the lower half, and is repeatable', () =>
    fc.assert(
      fc.property(aPath, fc.uint8Array(), (path, message) => {
        const signature = signEcdsa(ecSecret, path, sha256(message))
        const key = secp256k1.Point.fromBytes(ecdsaPublicKey(ecSecret, path).publicKey).toBytes(false)
        assert.equal(verify('sha256', message, {key: derOf('secp256k1', key), dsaEncoding: 'ieee-p1363'}, signature), true)
        assert.ok(BigInt(`0x${toHex(signature.subarray(32))}`) <= SECP256K1_ORDER / 2n)
        assert.deepEqual(signEcdsa(ecSecret, path, sha256(message)), signature)
      }),
      few,
    ))

  it('Ed25519 verifies with OpenSSL under the derived key, and is repeatable', () =>
    fc.assert(
      fc.property(aPath, fc.uint8Array(), (path, message) => {
        const signature = signChainKeyEd25519(edSecret, path, message)
        assert.equal(verify(null, message, derOf('ed25519', ed25519PublicKey(edSecret, path).publicKey), signature), true)
        assert.deepEqual(signChainKeyEd25519(edSecret, path, message), signature)
      }),
      few,
    ))

  it('BIP340 verifies under the derived key, tweaked or not', () =>
    fc.assert(
      fc.property(aPath, fc.uint8Array(), fc.constantFrom(undefined, 0, 32), (path, message, rootBytes) => {
        const merkleRoot = rootBytes === undefined ? undefined : new Uint8Array(rootBytes).fill(5)
        const request = {masterSecret: ecSecret, path, message, ...(merkleRoot && {merkleRoot})}
        const signature = signBip340(request)
        const {publicKey} = bip340PublicKey(ecSecret, path)
        const key = merkleRoot ? tweakBip340PublicKey(publicKey, merkleRoot) : publicKey.subarray(1)
        assert.equal(schnorr.verify(signature, message, key), true)
        assert.deepEqual(signBip340(request), signature)
      }),
      few,
    ))

  /** BIP341, wallet test vectors: internal key d6889c… without scripts. */
  it('BIP341 tweaks as the standard says', () =>
    assert.equal(
      toHex(tweakBip340PublicKey(fromHex('02d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d'), new Uint8Array())),
      '53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343',
    ))

  it('keys of different paths differ, and the chain code is the last step', () => {
    const keys = [[], ['01'], ['02'], ['01', '02'], ['0102']].map((path) => ecdsaPublicKey(ecSecret, path.map(fromHex)))
    assert.equal(new Set(keys.map(({publicKey}) => toHex(publicKey))).size, 5)
    assert.equal(new Set(keys.map(({chainCode}) => toHex(chainCode))).size, 5)
  })

  describe('vetKD', () => {
    const {G1, G2, fields, pairing} = bls12_381
    const scope = {
      masterSecret: fromHex((123456789).toString(16).padStart(64, '0')),
      canisterId: fromHex('80000000001000000101'),
      context: encodeUtf8('context'),
    }
    const transportSecret = 987654321n
    const transportPublicKey = G1.Point.BASE.multiply(transportSecret).toBytes(true)
    const request = {...scope, input: encodeUtf8('input'), transportPublicKey, randomness: seed}

    it('encrypts so that the holder of the transport secret alone decrypts, and anyone can check', () => {
      const encrypted = encryptVetKey(request)!
      assert.equal(encrypted.length, 192)
      const [e1, e3] = [encrypted.subarray(0, 48), encrypted.subarray(144)].map((bytes) => G1.Point.fromHex(toHex(bytes))) as [
        typeof G1.Point.BASE,
        typeof G1.Point.BASE,
      ]
      const e2 = G2.Point.fromHex(toHex(encrypted.subarray(48, 144)))
      assert.ok(fields.Fp12.eql(pairing(e1, G2.Point.BASE), pairing(G1.Point.BASE, e2)))
      const key = e3.subtract(e1.multiply(transportSecret))
      assert.equal(key.toHex(true), toHex(deriveVetKey(scope, request.input)))
      const publicKey = vetKdPublicKey(scope)
      const hashed = bls12_381.G1.hashToCurve(concatBytes(publicKey, request.input), {DST: 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_AUG_'})
      const dpk = G2.Point.fromHex(toHex(publicKey))
      assert.ok(fields.Fp12.eql(pairing(key, G2.Point.BASE), pairing(hashed as typeof G1.Point.BASE, dpk)))
    })

    it('is repeatable, and differs with the randomness', () => {
      assert.deepEqual(encryptVetKey(request), encryptVetKey(request))
      assert.notDeepEqual(encryptVetKey(request), encryptVetKey({...request, randomness: sha256(seed)}))
    })

    it('gives every context its key, and the empty one the key of the canister', () => {
      const keys = ['', 'a', 'b'].map((context) => toHex(vetKdPublicKey({...scope, context: encodeUtf8(context)})))
      assert.equal(new Set(keys).size, 3)
    })

    for (const hex of ['', '00'.repeat(48), `c0${'00'.repeat(47)}`])
      it(`refuses the transport key '${hex.slice(0, 4)}'`, () =>
        assert.equal(encryptVetKey({...request, transportPublicKey: fromHex(hex)}), undefined))
  })

  it('planted bug: a signature of the master key does not verify under the derived key', () => {
    const path = [fromHex('01')]
    const key = secp256k1.Point.fromBytes(ecdsaPublicKey(ecSecret, path).publicKey).toBytes(false)
    const careless = signEcdsa(ecSecret, [], sha256(seed))
    assert.equal(verify('sha256', seed, {key: derOf('secp256k1', key), dsaEncoding: 'ieee-p1363'}, careless), false)
  })
})
