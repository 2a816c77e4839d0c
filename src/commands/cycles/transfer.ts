import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {readAmount, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {accountOf, bytesMemoOf, consentFlags, consentOf, fromSubaccountFlag} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {payCycles} from '../../operations/cycles-account.js'
import {findCycles} from '../../project/units.js'

export default class CyclesTransfer extends BaseCommand {
  static override readonly summary = 'Send cycles from your account to another'
  static override readonly examples = ['<%= config.bin %> cycles transfer qdiub-2iaaa-aaaaa-aaaaa-cai 2T']
  static override readonly args = {
    to: Args.string({required: true, description: 'Principal that gets them'}),
    amount: Args.string({required: true, description: 'Cycles, e.g. 2T or 500B'}),
  }
  static override readonly flags = {
    ...networkFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    from: Flags.string({summary: 'Whose account pays; its owner has approved you', helpValue: 'PRINCIPAL'}),
    'to-subaccount': Flags.string({summary: 'Subaccount that gets them, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    'spender-subaccount': Flags.string({
      summary: 'With --from: your subaccount that was approved',
      helpValue: 'SUBACCOUNT',
      dependsOn: ['from'],
    }),
    memo: Flags.string({summary: 'A number for the block', helpValue: 'MEMO'}),
    fee: Flags.string({summary: 'The fee you expect, in cycles', helpValue: 'CYCLES'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CyclesTransfer)
    const fromSubaccount = subaccountOf(flags['from-subaccount'])
    const report = await payCycles(this.context(flags), {
      to: accountOf(args.to, flags['to-subaccount']),
      amount: readAmount(args.amount, '<AMOUNT>', findCycles),
      fee: flags.fee === undefined ? undefined : readAmount(flags.fee, '--fee <CYCLES>', findCycles),
      memo: bytesMemoOf(flags.memo),
      ...(flags.from === undefined
        ? {fromSubaccount}
        : {
            from: {...accountOf(flags.from, undefined), subaccount: fromSubaccount},
            fromSubaccount: subaccountOf(flags['spender-subaccount'], '--spender-subaccount <SUBACCOUNT>'),
          }),
      ...consentOf(flags),
    })
    this.show(report, ({blockIndex}) => `Transfer sent at block index ${blockIndex}`)
    return toJsonShape(report)
  }
}
