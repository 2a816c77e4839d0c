import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, refuseUnsupported, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {readStatuses, renderStatus} from '../../operations/canister-status.js'
import {findFreezeWarning} from '../../operations/cycles-report.js'

export default class CanisterStatus extends BaseCommand {
  static override readonly summary = 'Show what the network knows of a canister you control'
  static override readonly examples = ['<%= config.bin %> canister status backend', '<%= config.bin %> canister status --all']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    impersonate: Flags.string({summary: 'Not supported', helpValue: 'PRINCIPAL', hidden: true}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterStatus)
    refuseUnsupported(flags)
    const context = this.context(flags)
    const reports = await readStatuses(context, selectionOf(args.canister, flags))
    for (const report of reports) {
      const warning = findFreezeWarning(report.name, report)
      if (warning !== undefined) context.reporter.warn(warning)
    }
    this.show(reports, (shown) => shown.map(renderStatus).join('\n'))
    return toJsonShape(reports)
  }
}
