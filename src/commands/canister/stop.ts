import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {changeCanisters} from '../../operations/canister-lifecycle.js'

export default class CanisterStop extends BaseCommand {
  static override readonly summary = 'Stop a running canister'
  static override readonly examples = ['<%= config.bin %> canister stop backend', '<%= config.bin %> canister stop --all']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {...networkFlags, ...walletFlags, ...allFlag}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterStop)
    return toJsonShape(await changeCanisters(this.context(flags), 'stop_canister', selectionOf(args.canister, flags)))
  }
}
