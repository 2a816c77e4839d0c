import assert from 'node:assert/strict'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import fc from 'fast-check'
import {concatBytes, encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {principalToText} from '../../../../src/protocol/principal.js'
import {deriveBytes, deriveScalar, ed25519KeyFromSeed, RandomStream, signEd25519} from '../../../../src/replica/crypto/keys.js'
import {LruCache} from '../../../../src/replica/crypto/lru.js'
import {formatTime} from '../../../../src/replica/crypto/time-format.js'

describe('Ed25519 keys', () => {
  /** RFC 8032, section 7.1, test 2. */
  it('sign as the standard says', () => {
    const key = ed25519KeyFromSeed(fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'))
    assert.equal(toHex(key.publicKey), '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
    assert.equal(
      toHex(signEd25519(key, fromHex('72'))),
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })

  it('have the principals of @dfinity/identity', () => {
    const seed = new Uint8Array(32).fill(9)
    assert.equal(principalToText(ed25519KeyFromSeed(seed).id), Ed25519KeyIdentity.generate(seed).getPrincipal().toText())
  })
})

describe('derived bytes', () => {
  const seed = new Uint8Array(32)

  it('differ with seed, purpose, parts, and where the parts are divided', () => {
    const [a, b] = [encodeUtf8('a'), encodeUtf8('b')]
    const outputs = [
      deriveBytes(seed, 'x'),
      deriveBytes(seed, 'y'),
      deriveBytes(a, 'x'),
      deriveBytes(seed, 'x', a),
      deriveBytes(seed, 'x', a, b),
      deriveBytes(seed, 'x', concatBytes(a, b)),
      deriveBytes(seed, 'xa', b),
    ]
    assert.equal(new Set(outputs.map(toHex)).size, outputs.length)
  })

  it('make scalars in range', () =>
    fc.assert(
      fc.property(fc.bigInt({min: 2n, max: 2n ** 256n}), fc.uint8Array(), (order, part) => {
        const scalar = BigInt(`0x${toHex(deriveScalar(order, seed, 'scalar', part))}`)
        assert.ok(scalar >= 1n && scalar < order)
      }),
    ))

  it('planted bug: joining parts without their lengths would collide', () => {
    const joined = (...parts: Uint8Array[]) => toHex(concatBytes(seed, ...parts))
    assert.equal(joined(encodeUtf8('ab'), encodeUtf8('c')), joined(encodeUtf8('a'), encodeUtf8('bc')))
    assert.notDeepEqual(deriveBytes(seed, '', encodeUtf8('ab'), encodeUtf8('c')), deriveBytes(seed, '', encodeUtf8('a'), encodeUtf8('bc')))
  })
})

describe('random stream', () => {
  /** RFC 8439, appendix A.1, test vector 1. */
  it('is ChaCha20', () =>
    assert.equal(
      toHex(new RandomStream(new Uint8Array(32)).nextBytes(64)),
      '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
    ))

  it('does not depend on the sizes it is read in', () => {
    const seed = new Uint8Array(32).fill(1)
    const [whole, parts] = [new RandomStream(seed), new RandomStream(seed)]
    assert.deepEqual(concatBytes(parts.nextBytes(1), parts.nextBytes(0), parts.nextBytes(99)), whole.nextBytes(100))
  })
})

describe('LruCache', () => {
  it('makes a value once and disposes of what was used longest ago', () => {
    const disposed: string[] = []
    const cache = new LruCache<string>(2, (value) => disposed.push(value))
    const made: string[] = []
    const get = (key: string) =>
      cache.getOrMake(key, () => {
        made.push(key)
        return key
      })
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) get(key)
    assert.deepEqual([made.join(''), disposed.join(''), cache.size], ['abcb', 'bc', 2])
  })
})

describe('formatTime', () => {
  for (const {ns, text} of [
    {ns: 0n, text: '1970-01-01 00:00:00 UTC'},
    {ns: 1685570400500000000n, text: '2023-05-31 22:00:00.500 UTC'},
    {ns: 1685570400000001000n, text: '2023-05-31 22:00:00.000001 UTC'},
    {ns: 1685570400000000001n, text: '2023-05-31 22:00:00.000000001 UTC'},
    {ns: 18446744073709551615n, text: '2554-07-21 23:34:33.709551615 UTC'},
  ])
    it(`prints ${text}`, () => assert.equal(formatTime(ns), text))
})
