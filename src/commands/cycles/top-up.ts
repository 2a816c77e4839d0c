import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, readAmount, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {consentFlags, consentOf, fromSubaccountFlag} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {topUpCanister} from '../../operations/top-up.js'
import {findCycles} from '../../project/units.js'

export default class CyclesTopUp extends BaseCommand {
  static override readonly summary = 'Give a canister cycles from your account; a local network without a cycles ledger gives them away'
  static override readonly examples = ['<%= config.bin %> cycles top-up backend 2T']
  static override readonly args = {
    canister: canisterArg(true),
    amount: Args.string({required: true, description: 'Cycles, e.g. 2T or 500B'}),
  }
  static override readonly flags = {...networkFlags, ...consentFlags, ...fromSubaccountFlag}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CyclesTopUp)
    const context = this.context(flags)
    const cycles = readAmount(args.amount, '<AMOUNT>', findCycles)
    const report = await topUpCanister(context, {
      name: args.canister!,
      cycles,
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      ...consentOf(flags),
    })
    if (report.blockIndex === undefined) context.reporter.info(`Canister was topped up with ${cycles} cycles!`)
    else this.show(report.blockIndex, (index) => `Transfer sent at block index ${index}`)
    return toJsonShape(report)
  }
}
