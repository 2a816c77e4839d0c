/**
 * Representation-independent hash and the domain separators of everything that is signed.
 *
 * Source: IC interface specification, "Representation-independent hashing of structured data", "Request ids", "Authentication".
 */

import {compareBytes, concatBytes, encodeUtf8, toHex} from '../base/bytes.js'
import {encodeLeb128, encodeSleb128} from '../base/leb128.js'
import {sha256} from '../base/sha256.js'

/** Lower-case hexadecimal of the 32 bytes of a request id. */
export type RequestId = string & {readonly __brand: 'RequestId'}

export type HashableValue = Uint8Array | string | bigint | number | readonly HashableValue[] | HashableMap
export interface HashableMap {
  /** Absent fields are left out of the hash. */
  readonly [key: string]: HashableValue | undefined
}

/** Length-prefixed text that a signed message begins with, so that no signature serves two purposes. */
export function domainSeparator(text: string): Uint8Array {
  return concatBytes(Uint8Array.of(text.length), encodeUtf8(text))
}

export const REQUEST_SEPARATOR = domainSeparator('ic-request')
export const DELEGATION_SEPARATOR = domainSeparator('ic-request-auth-delegation')
export const RESPONSE_SEPARATOR = domainSeparator('ic-response')
export const SENDER_INFO_SEPARATOR = domainSeparator('ic-sender-info')
export const STATE_ROOT_SEPARATOR = domainSeparator('ic-state-root')

/** Hash of a map: sha256 over the sorted pairs `sha256(key) ‖ hash(value)`, 64 bytes each. */
export function hashOfMap(map: HashableMap): Uint8Array {
  const pairs: Uint8Array[] = []
  for (const key of Object.keys(map)) {
    const value = map[key]
    if (value !== undefined) pairs.push(concatBytes(hashOfKey(key), hashOfValue(value)))
  }
  return sha256(concatBytes(...pairs.sort(compareBytes)))
}

/** Hash of a value: strings as they are, naturals as LEB128, negative integers as signed LEB128, arrays as their hashes joined. */
export function hashOfValue(value: HashableValue): Uint8Array {
  if (value instanceof Uint8Array) return sha256(value)
  if (typeof value === 'string') return sha256(encodeUtf8(value))
  if (typeof value === 'bigint' || typeof value === 'number') return sha256(value < 0 ? encodeSleb128(value) : encodeLeb128(value))
  if (Array.isArray(value)) return sha256(concatBytes(...value.map(hashOfValue)))
  return hashOfMap(value as HashableMap)
}

export function requestIdFromBytes(bytes: Uint8Array): RequestId {
  return toHex(bytes) as RequestId
}

/** Hashes of the field names of the protocol, computed once. */
const KNOWN_KEYS = new Map(
  [
    ...['request_type', 'sender', 'ingress_expiry', 'nonce', 'canister_id', 'method_name', 'arg', 'paths', 'sender_info'],
    ...['info', 'signer', 'sig', 'pubkey', 'expiration', 'targets', 'permissions'],
    ...['status', 'reply', 'reject_code', 'reject_message', 'error_code', 'timestamp', 'request_id'],
  ].map((key) => [key, sha256(encodeUtf8(key))] as const),
)

function hashOfKey(key: string): Uint8Array {
  return KNOWN_KEYS.get(key) ?? sha256(encodeUtf8(key))
}
