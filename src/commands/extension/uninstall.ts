import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {uninstallExtension} from '../../operations/extensions.js'

export default class ExtensionUninstall extends BaseCommand {
  static override readonly summary = 'Remove an extension'
  static override readonly examples = ['<%= config.bin %> extension uninstall sns']
  static override readonly args = {name: Args.string({required: true, description: 'Name of the extension'})}

  async run(): Promise<{readonly name: string}> {
    const {args, flags} = await this.parse(ExtensionUninstall)
    const {places, reporter} = this.context(flags)
    uninstallExtension(places, args.name, reporter)
    return {name: args.name}
  }
}
