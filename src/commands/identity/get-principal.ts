import {BaseCommand} from '../../cli/base-command.js'
import {principalToText} from '../../protocol/principal.js'

export default class IdentityGetPrincipal extends BaseCommand {
  static override readonly summary = 'Show the principal of the chosen identity'
  static override readonly examples = [
    '<%= config.bin %> identity get-principal',
    '<%= config.bin %> identity get-principal --identity alice',
  ]

  async run(): Promise<{readonly identity: string; readonly principal: string}> {
    const {flags} = await this.parse(IdentityGetPrincipal)
    const {name, principal} = this.context(flags).identity()
    const report = {identity: name, principal: principalToText(principal)}
    this.show(report, () => report.principal)
    return report
  }
}
