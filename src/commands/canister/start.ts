import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {changeCanisters} from '../../operations/canister-lifecycle.js'

export default class CanisterStart extends BaseCommand {
  static override readonly summary = 'Start a stopped canister'
  static override readonly examples = ['<%= config.bin %> canister start backend', '<%= config.bin %> canister start --all']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {...networkFlags, ...walletFlags, ...allFlag}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterStart)
    return toJsonShape(await changeCanisters(this.context(flags), 'start_canister', selectionOf(args.canister, flags)))
  }
}
