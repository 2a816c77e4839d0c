/** Vectors of chain-key derivation: IC interface specification and mainnet keys, recomputed. */
import assert from 'node:assert/strict'
import {encodeUtf8, fromHex, toHex} from '../../src/base/bytes.js'
import {parsePrincipal, principalToBytes} from '../../src/protocol/principal.js'
import {initBls} from '../../src/replica/crypto/bls.js'
import {deriveEd25519PublicKey} from '../../src/replica/crypto/schnorr.js'
import {deriveSecp256k1PublicKey} from '../../src/replica/crypto/secp256k1.js'
import {deriveVetKey, vetKdPublicKey} from '../../src/replica/crypto/vetkd.js'

const PATH = [principalToBytes(parsePrincipal('h5jwf-5iaaa-aaaan-qmvoa-cai')), fromHex('abcdef'), fromHex('012345')]

describe('chain-key derivation', () => {
  before(initBls)

  const secp256k1 = (path: readonly Uint8Array[]) =>
    toHex(deriveSecp256k1PublicKey(fromHex('02121bc3a5c38f38ca76487c72007ebbfd34bc6c4cb80a671655aa94585bbd0a02'), path).publicKey)
  it('secp256k1', () => assert.equal(secp256k1(PATH), '02735ca28b5c3e380016d7f28bf4703b540a8bbe8e24beffdc021455ca2ab93fe3'))

  it('Ed25519', () =>
    assert.equal(
      toHex(deriveEd25519PublicKey(fromHex('476374d9df3a8af28d3164dc2422cff894482eadd1295290b6d9ad92b2eeaa5c'), PATH).publicKey),
      '43f0008b26564b6da51f585ad47669dfeb1db6d94d7dd216bd304fc1f5f5e997',
    ))

  it('vetKD', () => {
    const scope = {
      masterSecret: fromHex((123456789).toString(16).padStart(64, '0')),
      canisterId: fromHex('80000000001000000101'),
      context: encodeUtf8('my-context'),
    }
    assert.equal(
      toHex(vetKdPublicKey(scope)),
      'b9eacf143d0a1d507d3ca52e49939edb54b1540af45ce2908b7db255b941e1a834a2086132c08944bc934bbdae75be2d152407e3fdc1479fe85af72df6b9ffeee276d2f6a313f985ea8a8844fdb55252186e6a994537cac789cd70bdd43abd8a',
    )
    assert.equal(
      toHex(deriveVetKey(scope, encodeUtf8('input-1'))),
      'ae2772228418bd19393e68a608fa4cacd1933b91427c85eb5fc5f3a941eeea539f721434bc7be205052219ed2180867e',
    )
  })

  it('planted bug: a path in another order gives another key', () => assert.notEqual(secp256k1([...PATH].reverse()), secp256k1(PATH)))
})
