import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {readAmount, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {
  accountOf,
  consentFlags,
  consentOf,
  expiryOf,
  feeOf,
  fromSubaccountFlag,
  icpAmountOf,
  icpFlags,
  ledgerFlag,
  ledgerOf,
  memoOf,
} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {approveIcp} from '../../operations/icp.js'
import {findIcp} from '../../project/units.js'

export default class LedgerApprove extends BaseCommand {
  static override readonly summary = 'Let another spend ICP of your account'
  static override readonly examples = ['<%= config.bin %> ledger approve PRINCIPAL --amount 10']
  static override readonly args = {spender: Args.string({required: true, description: 'Principal that may spend them'})}
  static override readonly flags = {
    ...networkFlags,
    ...icpFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    ...ledgerFlag,
    'spender-subaccount': Flags.string({summary: 'Subaccount of the spender, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    'expected-allowance': Flags.string({summary: 'What the allowance must be now, in ICP', helpValue: 'ICP'}),
    'expires-at': Flags.string({summary: 'Nanoseconds since 1970', helpValue: 'NS'}),
    memo: Flags.string({summary: 'A number for the block', helpValue: 'MEMO'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerApprove)
    const expected = flags['expected-allowance']
    const report = await approveIcp(this.context(flags), {
      spender: accountOf(args.spender, flags['spender-subaccount'], '--spender-subaccount <SUBACCOUNT>'),
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      memo: memoOf(flags.memo),
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      expectedAllowance: expected === undefined ? undefined : readAmount(expected, '--expected-allowance <ICP>', findIcp),
      expiresAtNs: expiryOf(flags['expires-at']),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    this.show(report, ({blockIndex}) => `Approval sent at block index ${blockIndex}`)
    return toJsonShape(report)
  }
}
