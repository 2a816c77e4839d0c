import {BaseCommand} from '../cli/base-command.js'
import {networkFlags} from '../cli/flags.js'
import {type DiagnoseReport, diagnose, renderDiagnosis} from '../operations/diagnose.js'

export default class Diagnose extends BaseCommand {
  static override readonly summary = 'Describe this installation, the project and the network, to paste into an issue'
  static override readonly examples = ['<%= config.bin %> diagnose', '<%= config.bin %> diagnose --json']
  static override readonly flags = networkFlags

  async run(): Promise<DiagnoseReport> {
    const {flags} = await this.parse(Diagnose)
    const report = diagnose(this.context(flags))
    this.show(report, renderDiagnosis)
    return report
  }
}
