import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {readAmount, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {accountOf, bytesMemoOf, consentFlags, consentOf, expiryOf, fromSubaccountFlag} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {approveCycles} from '../../operations/cycles-account.js'
import {findCycles} from '../../project/units.js'

export default class CyclesApprove extends BaseCommand {
  static override readonly summary = 'Let another spend cycles of your account'
  static override readonly examples = ['<%= config.bin %> cycles approve qdiub-2iaaa-aaaaa-aaaaa-cai 2T']
  static override readonly args = {
    spender: Args.string({required: true, description: 'Principal that may spend them'}),
    amount: Args.string({required: true, description: 'Cycles, e.g. 2T or 500B'}),
  }
  static override readonly flags = {
    ...networkFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    'spender-subaccount': Flags.string({summary: 'Subaccount of the spender, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    'expected-allowance': Flags.string({summary: 'What the allowance must be now', helpValue: 'CYCLES'}),
    'expires-at': Flags.string({summary: 'Nanoseconds since 1970', helpValue: 'NS'}),
    memo: Flags.string({summary: 'A number for the block', helpValue: 'MEMO'}),
    fee: Flags.string({summary: 'The fee you expect, in cycles', helpValue: 'CYCLES'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CyclesApprove)
    const expected = flags['expected-allowance']
    const report = await approveCycles(this.context(flags), {
      spender: accountOf(args.spender, flags['spender-subaccount'], '--spender-subaccount <SUBACCOUNT>'),
      amount: readAmount(args.amount, '<AMOUNT>', findCycles),
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      expectedAllowance: expected === undefined ? undefined : readAmount(expected, '--expected-allowance <CYCLES>', findCycles),
      expiresAtNs: expiryOf(flags['expires-at']),
      fee: flags.fee === undefined ? undefined : readAmount(flags.fee, '--fee <CYCLES>', findCycles),
      memo: bytesMemoOf(flags.memo),
      ...consentOf(flags),
    })
    this.show(report, ({blockIndex}) => `Approval sent at block index ${blockIndex}`)
    return toJsonShape(report)
  }
}
