/** Flags of the commands that create canisters through the cycles ledger: where, from which account, once. */

import {Flags} from '@oclif/core'
import type {PaidCreation} from '../operations/create-canisters.js'
import {findInteger} from '../project/units.js'
import {principalOf, readAmount, subaccountOf} from './canister-flags.js'

export const creationFlags = {
  'from-ledger': Flags.boolean({summary: 'Pay from your account of the cycles ledger on a local network, too'}),
  'created-at-time': Flags.string({summary: 'Nanoseconds since 1970: the ledger does the same request once', helpValue: 'NS'}),
  'from-subaccount': Flags.string({summary: 'The account that pays, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
  subnet: Flags.string({summary: 'The subnet to create it on', helpValue: 'PRINCIPAL', exclusive: ['subnet-type', 'next-to']}),
  'subnet-type': Flags.string({summary: 'The kind of subnet to create it on', helpValue: 'TYPE', exclusive: ['subnet', 'next-to']}),
  'next-to': Flags.string({
    summary: 'A canister on whose subnet to create it',
    helpValue: 'PRINCIPAL',
    exclusive: ['subnet', 'subnet-type'],
  }),
}

export type CreationFlags = {readonly [K in Exclude<keyof typeof creationFlags, 'from-ledger'>]?: string | undefined} & {
  readonly 'from-ledger'?: boolean | undefined
}

/** Throws UsageError, PrincipalError. */
export function creationOf(flags: CreationFlags): PaidCreation {
  const createdAt = flags['created-at-time']
  return {
    fromLedger: flags['from-ledger'],
    createdAtNs: createdAt === undefined ? undefined : readAmount(createdAt, '--created-at-time <NS>', findInteger),
    fromSubaccount: subaccountOf(flags['from-subaccount']),
    subnet: principalOf(flags.subnet),
    subnetType: flags['subnet-type'],
    nextTo: principalOf(flags['next-to']),
  }
}
