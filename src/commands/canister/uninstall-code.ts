import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {changeCanisters} from '../../operations/canister-lifecycle.js'

export default class CanisterUninstallCode extends BaseCommand {
  static override readonly summary = 'Remove the code and the data of a canister'
  static override readonly examples = [
    '<%= config.bin %> canister uninstall-code backend',
    '<%= config.bin %> canister uninstall-code --all',
  ]
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {...networkFlags, ...walletFlags, ...allFlag}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterUninstallCode)
    return toJsonShape(await changeCanisters(this.context(flags), 'uninstall_code', selectionOf(args.canister, flags)))
  }
}
