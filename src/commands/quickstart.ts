import {BaseCommand} from '../cli/base-command.js'
import {type QuickstartReport, quickstart, renderQuickstart} from '../operations/quickstart.js'

export default class Quickstart extends BaseCommand {
  static override readonly summary = 'Show who you are on mainnet and the steps to your first canister there'
  static override readonly examples = ['<%= config.bin %> quickstart']

  async run(): Promise<QuickstartReport> {
    const {flags} = await this.parse(Quickstart)
    const report = quickstart(this.context({...flags, network: 'ic'}).identity())
    this.show(report, (shown) => renderQuickstart(shown, this.config.bin))
    return report
  }
}
