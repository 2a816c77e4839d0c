import {BaseCommand} from '../cli/base-command.js'
import {CommandObsolete} from '../operations/errors.js'

export default class Upgrade extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly examples = ['<%= config.bin %> upgrade']
  static override readonly hidden = true
  static override readonly strict = false

  async run(): Promise<never> {
    throw new CommandObsolete('upgrade', 'the program is updated as it was installed.', ["Type 'npm install -g icicle@latest'."])
  }
}
