/**
 * Principals. Inside icicle a principal is a string: the lower-case hexadecimal of its raw bytes. Strings are map keys,
 * cross threads, and compare as the bytes do.
 *
 * Source: IC interface specification, "Principals" and "Textual representation of principals".
 */

import {concatBytes, fromHex, toHex} from '../base/bytes.js'
import {crc32} from '../base/crc32.js'
import {IcicleError} from '../base/errors.js'

/** Hexadecimal of 0 to 29 raw bytes. */
export type Principal = string & {readonly __brand: 'Principal'}
export type CanisterId = Principal
export type SubnetId = Principal
export type NodeId = Principal

const MAX_PRINCIPAL_BYTES = 29
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export class PrincipalError extends IcicleError {
  readonly code = 'PRINCIPAL_INVALID'
}

/** `aaaaa-aa` */
export const MANAGEMENT_CANISTER_ID = '' as Principal
/** `2vxsx-fae` */
export const ANONYMOUS_PRINCIPAL = '04' as Principal

/** Throws PrincipalError for more than 29 bytes. */
export function principalFromBytes(bytes: Uint8Array): Principal {
  if (bytes.length > MAX_PRINCIPAL_BYTES) throw new PrincipalError(`A principal has at most 29 bytes, got ${bytes.length}.`)
  return toHex(bytes) as Principal
}

export function principalToBytes(principal: Principal): Uint8Array {
  return fromHex(principal)
}

/** The dashed base32 form, e.g. `rwlgt-iiaaa-aaaaa-aaaaa-cai`: base32(CRC-32 ‖ bytes), a dash after every five characters. */
export function principalToText(principal: Principal): string {
  const bytes = principalToBytes(principal)
  const checksum = new Uint8Array(4)
  new DataView(checksum.buffer).setUint32(0, crc32(bytes))
  return encodeBase32(concatBytes(checksum, bytes)).replace(/.{5}(?=.)/g, '$&-')
}

/** Reads the dashed form. Throws PrincipalError unless the text is exactly what `principalToText` would print. */
export function parsePrincipal(text: string): Principal {
  const raw = decodeBase32(text.replaceAll('-', ''))
  if (raw === undefined || raw.length < 4) throw new PrincipalError(`'${text}' is not a principal.`)
  const principal = principalFromBytes(raw.subarray(4))
  if (principalToText(principal) !== text) throw new PrincipalError(`'${text}' is not a principal: its checksum or its dashes are wrong.`)
  return principal
}

/** The principal, or undefined when the text is not one. */
export function findPrincipal(text: string): Principal | undefined {
  try {
    return parsePrincipal(text)
  } catch {
    return undefined
  }
}

/** The opaque id of the n-th canister: `BE64(n) ‖ 01 ‖ 01`. Source: reference implementation, canister id ranges. */
export function canisterIdFromNumber(n: bigint): CanisterId {
  return `${n.toString(16).padStart(16, '0')}0101` as CanisterId
}

/** The n of `canisterIdFromNumber`, or undefined for a principal of another form. */
export function findCanisterNumber(id: Principal): bigint | undefined {
  return id.length === 20 && id.endsWith('0101') ? BigInt(`0x${id.slice(0, 16)}`) : undefined
}

function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(buffer >>> bits) & 31]
    }
    buffer &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(buffer << (5 - bits)) & 31] : text
}

function decodeBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let buffer = 0
  let bits = 0
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) return undefined
    buffer = (buffer << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >>> bits) & 0xff)
    }
    buffer &= (1 << bits) - 1
  }
  return Uint8Array.from(bytes)
}
