import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {defaultShimFolder, installShim, type ShimReport} from '../../operations/install-shim.js'

export default class ShimInstall extends BaseCommand {
  static override readonly summary = 'Put a program called dfx into a folder that runs icicle'
  static override readonly examples = ['<%= config.bin %> shim install', '<%= config.bin %> shim install /usr/local/bin']
  static override readonly args = {dir: Args.string({description: 'The folder; ~/.local/bin without it'})}

  async run(): Promise<ShimReport> {
    const {args, flags} = await this.parse(ShimInstall)
    const {reporter} = this.context(flags)
    return installShim(args.dir ?? defaultShimFolder(), reporter)
  }
}
