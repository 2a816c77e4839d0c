import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {type CompletionCommand, completionScript, SHELLS, type Shell} from '../cli/completion.js'

export default class Completion extends BaseCommand {
  static override readonly summary = 'Print a script that completes words and flags in a shell'
  static override readonly examples = [
    '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/<%= config.bin %>',
    '<%= config.bin %> completion zsh',
  ]
  static override readonly args = {shell: Args.string({options: [...SHELLS], default: 'bash', description: 'The shell'})}
  static override readonly flags = {
    'bin-name': Flags.string({summary: 'The name the program is called by', helpValue: 'NAME'}),
  }

  async run(): Promise<{readonly script: string}> {
    const {args, flags} = await this.parse(Completion)
    const commands = this.config.commands
      .filter(({hidden}) => !hidden)
      .map(({id, summary, flags: own}): CompletionCommand => {
        const visible = Object.entries(own).filter(([, flag]) => !flag.hidden)
        return {
          path: id.replaceAll(':', ' '),
          summary: summary ?? '',
          flags: visible.map(([name, flag]) => ({name, char: flag.char, summary: flag.summary ?? ''})),
        }
      })
    const report = {script: completionScript(args.shell as Shell, flags['bin-name'] ?? this.config.bin, commands)}
    this.show(report, ({script}) => script.trimEnd())
    return report
  }
}
