/** `quickstart`: the way to mainnet in words. It moves no money and asks no questions. */

import {concatBytes, encodeUtf8, toHex} from '../base/bytes.js'
import {crc32} from '../base/crc32.js'
import {sha224} from '../base/sha256.js'
import type {LoadedIdentity} from '../identity/load.js'
import {type Principal, principalToBytes, principalToText} from '../protocol/principal.js'

export interface QuickstartReport {
  readonly identity: string
  readonly principal: string
  /** The account of the ICP ledger, 64 hexadecimal digits. */
  readonly account: string
  readonly isPlaintext: boolean
}

export function quickstart({name, principal, isPlaintext}: LoadedIdentity): QuickstartReport {
  return {identity: name, principal: principalToText(principal), account: mainAccount(principal), isPlaintext}
}

/** `CRC-32 ‖ SHA-224("\x0Aaccount-id" ‖ principal ‖ 32 zero bytes)`. Source: ICP ledger, "Accounts". */
function mainAccount(principal: Principal): string {
  const hash = sha224(encodeUtf8('\u000Aaccount-id'), principalToBytes(principal), new Uint8Array(32))
  const checksum = new Uint8Array(4)
  new DataView(checksum.buffer).setUint32(0, crc32(hash))
  return toHex(concatBytes(checksum, hash))
}

export function renderQuickstart({identity, principal, account, isPlaintext}: QuickstartReport, program: string): string {
  const steps = [
    ...(isPlaintext ? [`Make an identity with a passphrase: '${program} identity new NAME', then '${program} identity use NAME'.`] : []),
    `Send ICP to the account ${account}, or to the principal.`,
    `Turn it into cycles: '${program} cycles convert --amount AMOUNT --network ic'.`,
    `Deploy: '${program} deploy --network ic'.`,
  ]
  return [
    `Your identity '${identity}' is the principal ${principal}.`,
    `Its account of the ICP ledger is ${account}.`,
    'From here:',
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ].join('\n')
}
