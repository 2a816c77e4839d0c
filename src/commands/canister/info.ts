import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {readInfo, renderInfo} from '../../operations/canister-status.js'

export default class CanisterInfo extends BaseCommand {
  static override readonly summary = 'Show the controllers and the module hash of any canister'
  static override readonly examples = [
    '<%= config.bin %> canister info backend',
    '<%= config.bin %> canister info ryjl3-tyaaa-aaaaa-aaaba-cai --ic',
  ]
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {...networkFlags, ...walletFlags}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterInfo)
    const info = await readInfo(this.context(flags), args.canister!)
    this.show(info, renderInfo)
    return toJsonShape(info)
  }
}
