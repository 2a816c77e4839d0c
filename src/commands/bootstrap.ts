import {BaseCommand} from '../cli/base-command.js'
import {CommandObsolete} from '../operations/errors.js'

export default class Bootstrap extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly examples = ['<%= config.bin %> bootstrap']
  static override readonly hidden = true
  static override readonly strict = false

  async run(): Promise<never> {
    throw new CommandObsolete('bootstrap', 'the local network serves browsers by itself.', [`Type '${this.config.bin} start'.`])
  }
}
