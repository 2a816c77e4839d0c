/**
 * Account identifiers of the ICP ledger: `crc32 ‖ sha224("\x0Aaccount-id" ‖ owner ‖ subaccount)`, 32 bytes.
 *
 * Source: ICP ledger, "Accounts"; digest system-canisters 6.2.
 */

import {concatBytes, encodeUtf8, equalBytes, fromHex} from '../base/bytes.js'
import {crc32} from '../base/crc32.js'
import {sha224} from '../base/sha256.js'
import {type Principal, principalToBytes} from './principal.js'

export interface Account {
  readonly owner: Principal
  /** 32 bytes; undefined for the default, all zero. */
  readonly subaccount?: Uint8Array | undefined
}

export const SUBACCOUNT_BYTES = 32
const DOMAIN = encodeUtf8('\x0Aaccount-id')
const CHECKSUM_BYTES = 4

export function accountIdentifier({owner, subaccount = new Uint8Array(SUBACCOUNT_BYTES)}: Account): Uint8Array {
  const hash = sha224(concatBytes(DOMAIN, principalToBytes(owner), subaccount))
  return concatBytes(checksumOf(hash), hash)
}

/** Reads 64 hexadecimal digits whose checksum is right. */
export function findAccountIdentifier(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{64}$/i.test(text)) return undefined
  const bytes = fromHex(text.toLowerCase())
  return equalBytes(bytes.subarray(0, CHECKSUM_BYTES), checksumOf(bytes.subarray(CHECKSUM_BYTES))) ? bytes : undefined
}

/** The subaccount of a service that a principal pays into: its length, its bytes, zeros. */
export function subaccountOfPrincipal(principal: Principal): Uint8Array {
  const bytes = principalToBytes(principal)
  const subaccount = new Uint8Array(SUBACCOUNT_BYTES)
  subaccount[0] = bytes.length
  subaccount.set(bytes, 1)
  return subaccount
}

function checksumOf(hash: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(CHECKSUM_BYTES)
  new DataView(checksum.buffer).setUint32(0, crc32(hash))
  return checksum
}
