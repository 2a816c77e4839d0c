import {Flags} from '@oclif/core'
import {groupDigits} from '../../candid/print-type.js'
import {BaseCommand} from '../../cli/base-command.js'
import {subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {
  bytesMemoOf,
  consentFlags,
  consentOf,
  feeOf,
  fromSubaccountFlag,
  icpAmountOf,
  icpFlags,
  ledgerFlag,
  ledgerOf,
} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {convertIcp} from '../../operations/icp.js'

export default class CyclesConvert extends BaseCommand {
  static override readonly summary = 'Turn ICP of yours into cycles in your account'
  static override readonly examples = ['<%= config.bin %> cycles convert --amount 1.5']
  static override readonly flags = {
    ...networkFlags,
    ...icpFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    ...ledgerFlag,
    'to-subaccount': Flags.string({summary: 'The account that gets the cycles, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    memo: Flags.string({summary: 'A number for the block of the deposit', helpValue: 'MEMO'}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(CyclesConvert)
    const report = await convertIcp(this.context(flags), {
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      toSubaccount: subaccountOf(flags['to-subaccount'], '--to-subaccount <SUBACCOUNT>'),
      depositMemo: bytesMemoOf(flags.memo),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    this.show(report, ({minted, balance}) => {
      const [got, has] = [minted, balance].map((cycles) => groupDigits(String(cycles)))
      return `Account was topped up with ${got} cycles! New balance is ${has} cycles.`
    })
    return toJsonShape(report)
  }
}
