import {BaseCommand} from '../cli/base-command.js'
import {networkFlags} from '../cli/flags.js'
import {diagnose} from '../operations/diagnose.js'

export default class Fix extends BaseCommand {
  static override readonly summary = 'Look for problems that can be mended without asking'
  static override readonly description = 'dfx mends old wallets. There are none here: what `diagnose` finds has to be mended by you.'
  static override readonly examples = ['<%= config.bin %> fix']
  static override readonly flags = networkFlags

  async run(): Promise<{readonly problems: readonly string[]}> {
    const {flags} = await this.parse(Fix)
    const {problems} = diagnose(this.context(flags))
    this.show(problems, (shown) => (shown.length === 0 ? 'No problems found' : shown.join('\n')))
    return {problems}
  }
}
