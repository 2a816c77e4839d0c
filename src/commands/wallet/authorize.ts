import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalsOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {changePeopleOfWallet} from '../../operations/wallet.js'

export default class WalletAuthorize extends BaseCommand {
  static override readonly summary = 'Let another spend cycles of the wallet'
  static override readonly examples = ['<%= config.bin %> wallet authorize 2vxsx-fae']
  static override readonly args = {principal: Args.string({required: true, description: 'Principal, or the name of an identity'})}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(WalletAuthorize)
    const context = this.context(flags)
    const [principal] = principalsOf(context, [args.principal])
    await changePeopleOfWallet(context, 'authorize', principal!)
    context.reporter.info(`Authorized ${args.principal} as a custodian.`)
    return {principal: args.principal}
  }
}
