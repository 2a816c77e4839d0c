import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {renderCyclesReport, reportCycles} from '../../operations/cycles-report.js'

export default class CyclesReport extends BaseCommand {
  static override readonly summary = 'Show what your canisters burn while idle, and how many days their cycles last'
  static override readonly examples = ['<%= config.bin %> cycles report', '<%= config.bin %> cycles report backend --ic']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CyclesReport)
    const reports = await reportCycles(this.context(flags), {name: args.canister, all: args.canister === undefined})
    this.show(reports, renderCyclesReport)
    return toJsonShape(reports)
  }
}
