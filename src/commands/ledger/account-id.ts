import {Flags} from '@oclif/core'
import {toHex} from '../../base/bytes.js'
import {BaseCommand} from '../../cli/base-command.js'
import {principalOf, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {findAccountId} from '../../operations/account-id.js'

export default class LedgerAccountId extends BaseCommand {
  static override readonly summary = 'Show the account identifier of an identity, a principal or a canister'
  static override readonly examples = ['<%= config.bin %> ledger account-id', '<%= config.bin %> ledger account-id --of-canister backend']
  static override readonly flags = {
    ...networkFlags,
    'of-principal': Flags.string({summary: 'Of this principal', helpValue: 'PRINCIPAL', exclusive: ['of-canister']}),
    'of-canister': Flags.string({summary: 'Of this canister, name or id', helpValue: 'CANISTER', exclusive: ['of-principal']}),
    subaccount: Flags.string({
      summary: 'Subaccount, 64 hexadecimal digits',
      helpValue: 'SUBACCOUNT',
      exclusive: ['subaccount-from-principal'],
    }),
    'subaccount-from-principal': Flags.string({summary: 'The subaccount that belongs to a principal', helpValue: 'PRINCIPAL'}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(LedgerAccountId)
    const accountId = toHex(
      findAccountId(this.context(flags), {
        principal: principalOf(flags['of-principal']),
        canister: flags['of-canister'],
        subaccount: subaccountOf(flags.subaccount, '--subaccount <SUBACCOUNT>'),
        subaccountFromPrincipal: principalOf(flags['subaccount-from-principal']),
      }),
    )
    this.show(accountId, (text) => text)
    return {accountId}
  }
}
