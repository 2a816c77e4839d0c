/** Flags of the commands that pay, and what is made of them. */

import {Flags} from '@oclif/core'
import type {PaymentConsent} from '../operations/spending.js'
import {findIcp, findInteger} from '../project/units.js'
import {type Account, findAccountIdentifier} from '../protocol/account-identifier.js'
import {parsePrincipal} from '../protocol/principal.js'
import {principalOf, readAmount, subaccountOf} from './canister-flags.js'
import {UsageError} from './usage-error.js'

const subaccountFlag = (summary: string) => Flags.string({summary: `${summary}, 64 hexadecimal digits`, helpValue: 'SUBACCOUNT'})

export const consentFlags = {
  'created-at-time': Flags.string({summary: 'Nanoseconds since 1970: the ledger does the same request once', helpValue: 'NS'}),
  yes: Flags.boolean({char: 'y', summary: 'Pay without a question'}),
}

export function consentOf(flags: {readonly 'created-at-time'?: string | undefined; readonly yes?: boolean | undefined}): PaymentConsent {
  const createdAt = flags['created-at-time']
  return {
    createdAtNs: createdAt === undefined ? undefined : readAmount(createdAt, '--created-at-time <NS>', findInteger),
    isAssumed: flags.yes,
  }
}

export const fromSubaccountFlag = {'from-subaccount': subaccountFlag('The account that pays')}

export const ledgerFlag = {'ledger-canister-id': Flags.string({summary: 'Another ledger', helpValue: 'PRINCIPAL'})}

export const ledgerOf = (flags: {readonly 'ledger-canister-id'?: string | undefined}) => ({
  ledger: principalOf(flags['ledger-canister-id']),
})

/** ICP: decimals, or whole ICP and e8s. */
export const icpFlags = {
  amount: Flags.string({summary: 'ICP with up to 8 decimals, e.g. 1.5', helpValue: 'ICP', exclusive: ['icp', 'e8s']}),
  icp: Flags.string({summary: 'Whole ICP; together with --e8s', helpValue: 'ICP'}),
  e8s: Flags.string({summary: 'Hundred-millionths of an ICP; together with --icp', helpValue: 'E8S'}),
  fee: Flags.string({summary: 'The fee of the ledger in ICP; 0.0001 when left out', helpValue: 'ICP'}),
}

const E8S_PER_ICP = 100_000_000n
const MAX_E8S = 2n ** 64n - 1n

export interface IcpFlags {
  readonly amount?: string | undefined
  readonly icp?: string | undefined
  readonly e8s?: string | undefined
  readonly fee?: string | undefined
}

/** In e8s. Throws UsageError without an amount, or for one that cannot be read. */
export function icpAmountOf({amount, icp, e8s}: IcpFlags): bigint {
  if (amount !== undefined) return readAmount(amount, '--amount <ICP>', findIcp, MAX_E8S)
  if (icp === undefined && e8s === undefined)
    throw new UsageError('the following required arguments were not provided:\n  <--amount <ICP>|--icp <ICP>|--e8s <E8S>>')
  const whole = icp === undefined ? 0n : readAmount(icp, '--icp <ICP>', findInteger) * E8S_PER_ICP
  const rest = e8s === undefined ? 0n : readAmount(e8s, '--e8s <E8S>', findInteger)
  if (whole + rest > MAX_E8S)
    throw new UsageError(`invalid value '${icp ?? e8s}' for '--icp <ICP>': must be at most ${MAX_E8S / E8S_PER_ICP}`)
  return whole + rest
}

export const feeOf = ({fee}: IcpFlags): bigint | undefined =>
  fee === undefined ? undefined : readAmount(fee, '--fee <ICP>', findIcp, MAX_E8S)

const MAX_MEMO = 2n ** 64n - 1n
export const memoOf = (memo: string | undefined): bigint | undefined =>
  memo === undefined ? undefined : readAmount(memo, '--memo <MEMO>', findInteger, MAX_MEMO)

/** An account of ICRC-1 from a principal and 64 digits. Throws PrincipalError, UsageError. */
export function accountOf(principal: string, subaccount: string | undefined, option = '--to-subaccount <SUBACCOUNT>'): Account {
  return {owner: parsePrincipal(principal), subaccount: subaccountOf(subaccount, option)}
}

/** A memo of the cycles ledger: a number, as dfx sends it: 8 bytes, the highest first. */
export function bytesMemoOf(memo: string | undefined): Uint8Array | undefined {
  const number = memoOf(memo)
  if (number === undefined) return undefined
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, number)
  return bytes
}

/** Nanoseconds of `--expires-at`. */
export const expiryOf = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : readAmount(text, '--expires-at <NS>', findInteger)

/** 64 digits with a right checksum. Throws UsageError. */
export function identifierOf(text: string, option: string): Uint8Array {
  const identifier = findAccountIdentifier(text)
  if (!identifier)
    throw new UsageError(`invalid value '${text}' for '${option}': it is not an account identifier, or its checksum is wrong`)
  return identifier
}
