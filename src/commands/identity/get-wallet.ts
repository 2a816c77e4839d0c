import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {findWallet} from '../../identity/wallets.js'
import {principalToText} from '../../protocol/principal.js'

export default class IdentityGetWallet extends BaseCommand {
  static override readonly summary = 'Show the wallet that was set for the identity; without one, the identity itself'
  static override readonly description =
    'There is no wallet between you and your canisters: the identity controls them and pays. Scripts that need some principal to name get its own.'
  static override readonly examples = ['<%= config.bin %> identity get-wallet']
  static override readonly flags = networkFlags

  async run(): Promise<{readonly wallet: string; readonly isIdentity: boolean}> {
    const {flags} = await this.parse(IdentityGetWallet)
    const context = this.context(flags)
    const found = findWallet(context.places, context.identityName(), context.network())
    if (found === undefined)
      context.reporter.info('There is no wallet canister: this is the principal of the identity, which acts for itself.')
    const report = {wallet: principalToText(found ?? context.identity().principal), isIdentity: found === undefined}
    this.show(report, ({wallet}) => wallet)
    return report
  }
}
