import {BaseCommand} from '../cli/base-command.js'
import {CommandObsolete} from '../operations/errors.js'

export default class Toolchain extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly examples = ['<%= config.bin %> toolchain']
  static override readonly hidden = true
  static override readonly strict = false

  async run(): Promise<never> {
    throw new CommandObsolete('toolchain', 'there are no toolchains to choose from.', [
      "Versions are chosen with npm: 'npm install -g icicle@VERSION'.",
    ])
  }
}
