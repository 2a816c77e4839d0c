import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {readNameOfWallet} from '../../operations/wallet.js'

export default class WalletName extends BaseCommand {
  static override readonly summary = "Show the name of the identity's wallet"
  static override readonly examples = ['<%= config.bin %> wallet name']
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {flags} = await this.parse(WalletName)
    const name = await readNameOfWallet(this.context(flags))
    this.show(name, (text) => text ?? 'No name set.')
    return {name}
  }
}
