import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {accountOf, ledgerFlag, ledgerOf} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {readIcpAllowance} from '../../operations/icp.js'
import {showIcp} from '../../project/units.js'

export default class LedgerAllowance extends BaseCommand {
  static override readonly summary = 'Show what another may spend of an account'
  static override readonly examples = ['<%= config.bin %> ledger allowance --spender PRINCIPAL']
  static override readonly flags = {
    ...networkFlags,
    ...ledgerFlag,
    spender: Flags.string({required: true, summary: 'Principal that may spend', helpValue: 'PRINCIPAL'}),
    'spender-subaccount': Flags.string({summary: 'Subaccount of the spender, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    owner: Flags.string({summary: 'Whose account; yours when left out', helpValue: 'PRINCIPAL'}),
    'owner-subaccount': Flags.string({summary: 'Subaccount of the owner, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(LedgerAllowance)
    const context = this.context(flags)
    const ownerSubaccount = flags['owner-subaccount']
    const report = await readIcpAllowance(context, {
      spender: accountOf(flags.spender, flags['spender-subaccount'], '--spender-subaccount <SUBACCOUNT>'),
      owner:
        flags.owner === undefined
          ? {owner: context.identity().principal, subaccount: subaccountOf(ownerSubaccount, '--owner-subaccount <SUBACCOUNT>')}
          : accountOf(flags.owner, ownerSubaccount, '--owner-subaccount <SUBACCOUNT>'),
      ...ledgerOf(flags),
    })
    this.show(report, ({allowance, expiresAtNs}) => {
      const expiry = expiresAtNs === undefined ? '' : `, expires at ${expiresAtNs} (timestamp in nanoseconds)`
      return `Allowance ${showIcp(allowance)} ICP${expiry}`
    })
    return toJsonShape(report)
  }
}
