import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalOf, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {identifierOf, ledgerFlag, ledgerOf} from '../../cli/payment-flags.js'
import {findAccountId} from '../../operations/account-id.js'
import {readLedgerBalance} from '../../operations/icp.js'
import {showIcp} from '../../project/units.js'

export default class LedgerBalance extends BaseCommand {
  static override readonly summary = 'Show the ICP in an account'
  static override readonly examples = ['<%= config.bin %> ledger balance']
  static override readonly args = {account: Args.string({description: 'Account identifier; yours when left out'})}
  static override readonly flags = {
    ...networkFlags,
    ...ledgerFlag,
    'of-principal': Flags.string({summary: 'Of this principal', helpValue: 'PRINCIPAL'}),
    subaccount: Flags.string({summary: 'Subaccount, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerBalance)
    const context = this.context(flags)
    const subaccount = subaccountOf(flags.subaccount, '--subaccount <SUBACCOUNT>')
    const account =
      args.account === undefined
        ? findAccountId(context, {principal: principalOf(flags['of-principal']), subaccount})
        : identifierOf(args.account, '<ACCOUNT>')
    const e8s = await readLedgerBalance(context, {account, ...ledgerOf(flags)})
    this.show(e8s, (amount) => `${showIcp(amount)} ICP`)
    return {e8s}
  }
}
