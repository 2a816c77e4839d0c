/** The help texts: oclif's, with every command of the program listed in one place. */
import {Help, type Interfaces} from '@oclif/core'

export default class IcicleHelp extends Help {
  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, {...options, flagSortOrder: 'none'})
  }

  protected override async showRootHelp(): Promise<void> {
    const commands = [...this.sortedCommands].map((command) => ({...command, id: command.id.replaceAll(':', ' ')}))
    this.log(`${this.config.pjson.description}\n`)
    this.log(this.section('USAGE', `${this.config.bin} [OPTIONS] COMMAND`))
    this.log('')
    this.log(this.formatCommands(commands))
    this.log('')
    this.log(`'${this.config.bin} COMMAND --help' says more about a command.`)
  }
}
