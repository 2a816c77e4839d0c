import {Flags} from '@oclif/core'
import {groupDigits} from '../../candid/print-type.js'
import {BaseCommand} from '../../cli/base-command.js'
import {readAmount, selectionOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {DEFAULT_FABRICATED_CYCLES, fabricateCycles} from '../../operations/top-up.js'
import {findCycles, findInteger} from '../../project/units.js'

export default class LedgerFabricateCycles extends BaseCommand {
  static override readonly summary = 'Give a canister cycles out of nothing; local networks only'
  static override readonly examples = ['<%= config.bin %> ledger fabricate-cycles --canister backend --t 5']
  static override readonly flags = {
    ...networkFlags,
    canister: Flags.string({summary: 'The canister', helpValue: 'CANISTER', exclusive: ['all']}),
    all: Flags.boolean({summary: 'Every canister of the project', exclusive: ['canister']}),
    cycles: Flags.string({summary: 'How many; 10T without any amount', helpValue: 'CYCLES', exclusive: ['t']}),
    t: Flags.string({summary: 'How many trillions', helpValue: 'TRILLIONS', exclusive: ['cycles']}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(LedgerFabricateCycles)
    const selection = selectionOf(flags.canister, flags)
    const context = this.context(flags)
    const reports = await fabricateCycles(context, {...selection, cycles: amountOf(flags)})
    for (const {cycles, balance} of reports)
      context.reporter.info(`Fabricated ${cycles} cycles, updated balance: ${groupDigits(String(balance))} cycles`)
    return toJsonShape(reports)
  }
}

const TRILLION = 1_000_000_000_000n

function amountOf({cycles, t}: {readonly cycles?: string | undefined; readonly t?: string | undefined}): bigint {
  if (t !== undefined) return readAmount(t, '--t <TRILLIONS>', findInteger) * TRILLION
  return cycles === undefined ? DEFAULT_FABRICATED_CYCLES : readAmount(cycles, '--cycles <CYCLES>', findCycles)
}
