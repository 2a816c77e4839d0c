import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalsOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {changePeopleOfWallet} from '../../operations/wallet.js'

export default class WalletAddController extends BaseCommand {
  static override readonly summary = 'Let another do everything with the wallet'
  static override readonly examples = ['<%= config.bin %> wallet add-controller 2vxsx-fae']
  static override readonly args = {principal: Args.string({required: true, description: 'Principal, or the name of an identity'})}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(WalletAddController)
    const context = this.context(flags)
    const [principal] = principalsOf(context, [args.principal])
    await changePeopleOfWallet(context, 'add_controller', principal!)
    context.reporter.info(`Added ${args.principal} as a controller.`)
    return {principal: args.principal}
  }
}
