import {BaseCommand} from '../cli/base-command.js'
import {CommandObsolete} from '../operations/errors.js'

export default class Replica extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly examples = ['<%= config.bin %> replica']
  static override readonly hidden = true
  static override readonly strict = false

  async run(): Promise<never> {
    throw new CommandObsolete('replica', 'the local network is one process.', [`Type '${this.config.bin} start'.`])
  }
}
