import {Args, Flags} from '@oclif/core'
import {groupDigits} from '../../candid/print-type.js'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, readAmount, selectionOf, subaccountOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {consentFlags, consentOf} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {depositCycles} from '../../operations/top-up.js'
import {findCycles} from '../../project/units.js'

export default class CanisterDepositCycles extends BaseCommand {
  static override readonly summary = 'Give a canister cycles: from your account on mainnet, out of nothing on a local network'
  static override readonly examples = ['<%= config.bin %> canister deposit-cycles 2T backend']
  static override readonly args = {
    cycles: Args.string({required: true, description: 'Cycles, e.g. 2T or 500B'}),
    canister: canisterArg(),
  }
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    ...consentFlags,
    'from-ledger': Flags.boolean({summary: 'Pay from your account of the cycles ledger on a local network, too'}),
    'from-subaccount': Flags.string({summary: 'The account to pay from, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterDepositCycles)
    const selection = selectionOf(args.canister, flags)
    const cycles = readAmount(args.cycles, '<CYCLES>', findCycles)
    const context = this.context(flags)
    const reports = await depositCycles(context, {
      ...selection,
      cycles,
      ...consentOf(flags),
      fromLedger: flags['from-ledger'],
      fromSubaccount: subaccountOf(flags['from-subaccount']),
    })
    for (const {balance} of reports) {
      const updated = balance === undefined ? '' : `, updated balance: ${groupDigits(String(balance))} cycles`
      context.reporter.info(`Deposited ${cycles} cycles${updated}`)
    }
    return toJsonShape(reports)
  }
}
