import {BaseCommand} from '../../cli/base-command.js'
import {argumentFlags, argumentOf, canisterArg} from '../../cli/canister-flags.js'
import {initDependencies} from '../../operations/deps-init.js'

export default class DepsInit extends BaseCommand {
  static override readonly summary = 'Note the arguments that pulled canisters are installed with'
  static override readonly examples = ['<%= config.bin %> deps init', "<%= config.bin %> deps init ledger --argument '(record { … })'"]
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = argumentFlags

  async run(): Promise<{readonly initialized: readonly string[]}> {
    const {args, flags} = await this.parse(DepsInit)
    return initDependencies(this.context(flags), args.canister, argumentOf(flags))
  }
}
