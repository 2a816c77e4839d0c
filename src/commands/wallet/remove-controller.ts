import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalsOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {changePeopleOfWallet} from '../../operations/wallet.js'

export default class WalletRemoveController extends BaseCommand {
  static override readonly summary = 'Take the wallet away from a controller'
  static override readonly examples = ['<%= config.bin %> wallet remove-controller 2vxsx-fae']
  static override readonly args = {principal: Args.string({required: true, description: 'Principal, or the name of an identity'})}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(WalletRemoveController)
    const context = this.context(flags)
    const [principal] = principalsOf(context, [args.principal])
    await changePeopleOfWallet(context, 'remove_controller', principal!)
    context.reporter.info(`Removed ${args.principal} as a controller.`)
    return {principal: args.principal}
  }
}
