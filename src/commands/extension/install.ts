import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {type InstalledExtension, installExtension} from '../../operations/extensions.js'

export default class ExtensionInstall extends BaseCommand {
  static override readonly summary = 'Install an extension: its name becomes a command'
  static override readonly examples = ['<%= config.bin %> extension install sns', '<%= config.bin %> extension install nns --version 0.4.7']
  static override readonly args = {name: Args.string({required: true, description: 'Name in the catalogue, or URL of a manifest'})}
  static override readonly flags = {
    'install-as': Flags.string({summary: 'Another name for the command', helpValue: 'NAME'}),
    version: Flags.string({summary: 'The version; the newest that fits without it', helpValue: 'VERSION'}),
    'catalog-url': Flags.string({summary: 'Another catalogue', helpValue: 'URL'}),
  }

  async run(): Promise<InstalledExtension> {
    const {args, flags} = await this.parse(ExtensionInstall)
    const {places, reporter} = this.context(flags)
    const {version} = flags
    return installExtension(
      places,
      {source: args.name, version, installAs: flags['install-as'], catalogUrl: flags['catalog-url']},
      reporter,
    )
  }
}
