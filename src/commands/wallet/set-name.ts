import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {setNameOfWallet} from '../../operations/wallet.js'

export default class WalletSetName extends BaseCommand {
  static override readonly summary = "Give the identity's wallet a name"
  static override readonly examples = ['<%= config.bin %> wallet set-name Savings']
  static override readonly args = {name: Args.string({required: true, description: 'The name'})}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(WalletSetName)
    await setNameOfWallet(this.context(flags), args.name)
    return {name: args.name}
  }
}
