import {BaseCommand} from '../cli/base-command.js'
import {CommandObsolete} from '../operations/errors.js'

export default class Sns extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly examples = ['<%= config.bin %> sns']
  static override readonly hidden = true
  static override readonly strict = false

  async run(): Promise<never> {
    throw new CommandObsolete('sns', 'it has become an extension.', [`Type '${this.config.bin} extension install sns'.`])
  }
}
