import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {accountOf, consentFlags, consentOf, feeOf, icpAmountOf, icpFlags, ledgerFlag, ledgerOf, memoOf} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {payIcpFrom} from '../../operations/icp.js'

export default class LedgerTransferFrom extends BaseCommand {
  static override readonly summary = 'Send ICP from an account whose owner has approved you'
  static override readonly examples = ['<%= config.bin %> ledger transfer-from --from PRINCIPAL --amount 1 PRINCIPAL']
  static override readonly args = {to: Args.string({required: true, description: 'Principal that gets them'})}
  static override readonly flags = {
    ...networkFlags,
    ...icpFlags,
    ...consentFlags,
    ...ledgerFlag,
    from: Flags.string({required: true, summary: 'Whose account pays', helpValue: 'PRINCIPAL'}),
    'from-subaccount': Flags.string({summary: 'Subaccount that pays, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    'to-subaccount': Flags.string({summary: 'Subaccount that gets them, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    'spender-subaccount': Flags.string({summary: 'Your subaccount that was approved, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    memo: Flags.string({summary: 'A number for the block', helpValue: 'MEMO'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerTransferFrom)
    const report = await payIcpFrom(this.context(flags), {
      from: accountOf(flags.from, flags['from-subaccount'], '--from-subaccount <SUBACCOUNT>'),
      to: accountOf(args.to, flags['to-subaccount']),
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      memo: memoOf(flags.memo),
      spenderSubaccount: subaccountOf(flags['spender-subaccount'], '--spender-subaccount <SUBACCOUNT>'),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    this.show(report, ({blockIndex}) => `Transfer sent at block index ${blockIndex}`)
    return toJsonShape(report)
  }
}
