import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {CommandObsolete} from '../../operations/errors.js'

export default class IdentityDeployWallet extends BaseCommand {
  static override readonly summary = 'Obsolete: prints what to use instead'
  static override readonly hidden = true
  static override readonly examples = ['<%= config.bin %> identity deploy-wallet ryjl3-tyaaa-aaaaa-aaaba-cai']
  static override readonly args = {canister_id: Args.string({required: true, description: 'The canister'})}
  static override readonly flags = networkFlags

  async run(): Promise<never> {
    await this.parse(IdentityDeployWallet)
    throw new CommandObsolete('identity deploy-wallet', 'the identity acts for itself, without a wallet.', [
      `Cycles lie in the cycles ledger: '${this.config.bin} cycles balance'.`,
    ])
  }
}
