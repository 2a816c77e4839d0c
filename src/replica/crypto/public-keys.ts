/**
 * Public keys of users and nodes as key objects of node:crypto.
 *
 * Parsing a key costs as much as half a verification (Ed25519: 132 µs with, 66 without), so parsed keys are remembered.
 */

import {createPublicKey, type KeyObject} from 'node:crypto'
import {toHex} from '../../base/bytes.js'
import {asBytes, asMap, type CborMap, decodeCbor} from '../../protocol/cbor.js'
import {CborError} from '../../protocol/errors.js'
import {LruCache} from './lru.js'

const MAX_PARSED_KEYS = 2000
const MAX_RSA_MODULUS_BYTES = 1024

const parsedKeys = new LruCache<KeyObject | 'invalid'>(MAX_PARSED_KEYS)

/** The key of an Ed25519, P-256 or secp256k1 DER; undefined when it is no point of its curve. */
export function findKeyObject(der: Uint8Array): KeyObject | undefined {
  const key = parsedKeys.getOrMake(toHex(der), () => parseKey({key: der as Buffer, format: 'der', type: 'spki'}))
  return key === 'invalid' ? undefined : key
}

/** A COSE key with the algorithm of its signatures. */
export interface CoseKey {
  readonly algorithm: 'ES256' | 'RS256' | 'EdDSA'
  readonly key: KeyObject
}

/** The key of a COSE_Key in CBOR, or undefined when it is of another kind or malformed. Source: RFC 9053, RFC 8230. */
export function findCoseKey(bytes: Uint8Array): CoseKey | undefined {
  const map = findCborMap(bytes)
  const jwk = map && toJwk(map)
  if (!jwk) return undefined
  const key = parsedKeys.getOrMake(`cose ${toHex(bytes)}`, () => parseKey({key: jwk.key, format: 'jwk'}))
  return key === 'invalid' ? undefined : {algorithm: jwk.algorithm, key}
}

/** COSE labels: 1 key type, 3 algorithm, -1 curve or modulus, -2 x or exponent, -3 y. */
function toJwk(map: CborMap): {readonly algorithm: CoseKey['algorithm']; readonly key: Record<string, string>} | undefined {
  const kind = [1, 3].map((label) => map.get(label)).join()
  const [x, y, n] = [-2, -3, -1].map((label) => asBytes(map.get(label)))
  if (kind === '2,-7' && map.get(-1) === 1 && x?.length === 32 && y?.length === 32)
    return {algorithm: 'ES256', key: {kty: 'EC', crv: 'P-256', x: toBase64Url(x), y: toBase64Url(y)}}
  if (kind === '1,-8' && map.get(-1) === 6 && x?.length === 32)
    return {algorithm: 'EdDSA', key: {kty: 'OKP', crv: 'Ed25519', x: toBase64Url(x)}}
  if (kind === '3,-257' && n && x && n.length <= MAX_RSA_MODULUS_BYTES && x.length <= 8)
    return {algorithm: 'RS256', key: {kty: 'RSA', n: toBase64Url(n), e: toBase64Url(x)}}
  return undefined
}

function findCborMap(bytes: Uint8Array): CborMap | undefined {
  try {
    return asMap(decodeCbor(bytes))
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}

/** OpenSSL throws plain errors for what is no key: the only failure of this call. */
function parseKey(input: Parameters<typeof createPublicKey>[0]): KeyObject | 'invalid' {
  try {
    return createPublicKey(input)
  } catch {
    return 'invalid'
  }
}

/** Without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
