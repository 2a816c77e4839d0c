import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {consentFlags, consentOf, feeOf, fromSubaccountFlag, icpAmountOf, icpFlags, ledgerFlag, ledgerOf} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {topUpWithIcp} from '../../operations/icp.js'

export default class LedgerTopUp extends BaseCommand {
  static override readonly summary = 'Give a canister cycles for ICP of yours'
  static override readonly examples = ['<%= config.bin %> ledger top-up backend --amount 0.5']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {...networkFlags, ...icpFlags, ...consentFlags, ...fromSubaccountFlag, ...ledgerFlag}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerTopUp)
    const report = await topUpWithIcp(this.context(flags), {
      name: args.canister!,
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    this.show(report, ({cycles}) => `Canister was topped up with ${cycles} cycles!`)
    return toJsonShape(report)
  }
}
