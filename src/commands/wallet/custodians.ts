import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {listPeopleOfWallet} from '../../operations/wallet.js'
import {principalToText} from '../../protocol/principal.js'

export default class WalletCustodians extends BaseCommand {
  static override readonly summary = "List the custodians of the identity's wallet"
  static override readonly examples = ['<%= config.bin %> wallet custodians']
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {flags} = await this.parse(WalletCustodians)
    const people = (await listPeopleOfWallet(this.context(flags), 'custodians')).map(principalToText)
    this.show(people, (lines) => lines.join('\n'))
    return people
  }
}
