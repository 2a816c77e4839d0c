import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, selectionOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {generateBindings} from '../../operations/generate-binding.js'

export default class RemoteGenerateBinding extends BaseCommand {
  static override readonly summary = 'Write the main file of a remote canister from its interface'
  static override readonly examples = ['<%= config.bin %> remote generate-binding --all']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {...networkFlags, ...allFlag, overwrite: Flags.boolean({summary: 'Replace a file that is there'})}

  async run(): Promise<{readonly files: readonly string[]}> {
    const {args, flags} = await this.parse(RemoteGenerateBinding)
    const {name} = selectionOf(args.canister, flags)
    return {files: generateBindings(this.context(flags), {name, overwrite: flags.overwrite})}
  }
}
