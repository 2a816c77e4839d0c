/**
 * DER forms of public keys (SubjectPublicKeyInfo) and the principals made from them.
 *
 * Layout: `SEQUENCE {SEQUENCE {OID algorithm, parameters}, BIT STRING key}`. Source: RFC 5280, RFC 8410, RFC 5480; IC interface
 * specification, "Signatures".
 */

import {concatBytes, equalBytes, fromHex} from '../base/bytes.js'
import {sha224} from '../base/sha256.js'
import {type Principal, principalFromBytes} from './principal.js'

export type KeyAlgorithm = 'ed25519' | 'secp256k1' | 'p256' | 'bls' | 'cose' | 'canister-signature'

/** `key`: 32 bytes, `04 ‖ x ‖ y` (65), compressed G2 (96), a COSE key in CBOR, or `length ‖ canister id ‖ seed`. */
export interface PublicKey {
  readonly algorithm: KeyAlgorithm
  readonly key: Uint8Array
}

/** Keys of one length only: the whole of what comes before the key. */
const FIXED: readonly {readonly algorithm: KeyAlgorithm; readonly prefix: Uint8Array; readonly keyBytes: number}[] = [
  {algorithm: 'ed25519', prefix: fromHex('302a300506032b6570032100'), keyBytes: 32},
  {algorithm: 'secp256k1', prefix: fromHex('3056301006072a8648ce3d020106052b8104000a034200'), keyBytes: 65},
  {algorithm: 'p256', prefix: fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), keyBytes: 65},
  {algorithm: 'bls', prefix: fromHex('308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100'), keyBytes: 96},
]

/** Algorithm identifiers of keys of any length: OIDs 1.3.6.1.4.1.56387.1.1 and .2, without parameters. */
const VARIABLE: readonly {readonly algorithm: KeyAlgorithm; readonly identifier: Uint8Array}[] = [
  {algorithm: 'cose', identifier: fromHex('300c060a2b0601040183b8430101')},
  {algorithm: 'canister-signature', identifier: fromHex('300c060a2b0601040183b8430102')},
]

/** The key inside a DER public key, or undefined when it is none that the Internet Computer knows. Points are not checked. */
export function findPublicKey(der: Uint8Array): PublicKey | undefined {
  for (const {algorithm, prefix, keyBytes} of FIXED)
    if (der.length === prefix.length + keyBytes && equalBytes(der.subarray(0, prefix.length), prefix)) {
      const key = der.subarray(prefix.length)
      return keyBytes === 65 && key[0] !== 4 ? undefined : {algorithm, key}
    }
  return findVariableKey(der)
}

function findVariableKey(der: Uint8Array): PublicKey | undefined {
  const body = readElement(der, 0x30)
  if (!body || body.end !== der.length) return undefined
  for (const {algorithm, identifier} of VARIABLE) {
    if (!equalBytes(body.content.subarray(0, identifier.length), identifier)) continue
    const bits = readElement(body.content.subarray(identifier.length), 0x03)
    if (!bits || identifier.length + bits.end !== body.content.length || bits.content[0] !== 0) return undefined
    return {algorithm, key: bits.content.subarray(1)}
  }
  return undefined
}

/** One tag-length-value with the shortest length form; undefined when it is something else. */
function readElement(bytes: Uint8Array, tag: number): {readonly content: Uint8Array; readonly end: number} | undefined {
  const first = bytes[1]
  if (bytes[0] !== tag || first === undefined) return undefined
  const extra = first < 0x80 ? 0 : first & 0x7f
  if (extra > 3 || first === 0x80) return undefined
  let length = extra === 0 ? first : 0
  for (let i = 0; i < extra; i++) length = length * 256 + (bytes[2 + i] ?? 0)
  const end = 2 + extra + length
  const isShortest = extra === 0 || (length >= 0x80 && length >= 256 ** (extra - 1))
  return isShortest && end <= bytes.length ? {content: bytes.subarray(2 + extra, end), end} : undefined
}

/** DER of a key of any algorithm. */
export function encodePublicKey({algorithm, key}: PublicKey): Uint8Array {
  const fixed = FIXED.find((entry) => entry.algorithm === algorithm)
  if (fixed) return concatBytes(fixed.prefix, key)
  const {identifier} = VARIABLE.find((entry) => entry.algorithm === algorithm)!
  return encodeElement(0x30, concatBytes(identifier, encodeElement(0x03, concatBytes(Uint8Array.of(0), key))))
}

function encodeElement(tag: number, content: Uint8Array): Uint8Array {
  const {length} = content
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : length < 0x1_0000 ? [0x82, length >> 8, length & 255] : undefined
  if (!head) throw new RangeError(`a public key of ${length} bytes`)
  return concatBytes(Uint8Array.of(tag, ...head), content)
}

/** Signing canister and seed of the key of a canister signature. */
export interface CanisterSignatureKey {
  readonly canisterId: Principal
  readonly seed: Uint8Array
}

/** Reads `length ‖ canister id ‖ seed`; undefined when it is cut short or the id is too long. */
export function findCanisterSignatureKey(key: Uint8Array): CanisterSignatureKey | undefined {
  const length = key[0]
  if (length === undefined || length > 29 || key.length < 1 + length) return undefined
  return {canisterId: principalFromBytes(key.subarray(1, 1 + length)), seed: key.subarray(1 + length)}
}

/** `SHA-224(DER) ‖ 02`: the principal of a user, node or subnet. */
export function selfAuthenticatingId(der: Uint8Array): Principal {
  return principalFromBytes(concatBytes(sha224(der), Uint8Array.of(2)))
}
