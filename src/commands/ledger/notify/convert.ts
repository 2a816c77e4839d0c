import {Args, Flags} from '@oclif/core'
import {groupDigits} from '../../../candid/print-type.js'
import {BaseCommand} from '../../../cli/base-command.js'
import {readAmount, subaccountOf} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {toJsonShape} from '../../../cli/to-json-shape.js'
import {notifyConversion} from '../../../operations/icp.js'
import {findInteger} from '../../../project/units.js'

export default class LedgerNotifyConvert extends BaseCommand {
  static override readonly summary = 'Tell the cycles minting canister of a payment for cycles in your account'
  static override readonly examples = ['<%= config.bin %> ledger notify convert 42']
  static override readonly args = {block: Args.string({required: true, description: 'Block of the payment'})}
  static override readonly flags = {
    ...networkFlags,
    'to-subaccount': Flags.string({summary: 'The account that gets the cycles, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerNotifyConvert)
    const blockIndex = readAmount(args.block, '<BLOCK>', findInteger)
    const toSubaccount = subaccountOf(flags['to-subaccount'], '--to-subaccount <SUBACCOUNT>')
    const report = await notifyConversion(this.context(flags), blockIndex, toSubaccount)
    this.show(report, ({minted, balance}) => {
      const [got, has] = [minted, balance].map((cycles) => groupDigits(String(cycles)))
      return `Account was topped up with ${got} cycles! New balance is ${has} cycles.`
    })
    return toJsonShape(report)
  }
}
