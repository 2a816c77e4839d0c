import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {requireIdentity} from '../../identity/store.js'
import {setWallet} from '../../identity/wallets.js'
import {parsePrincipal} from '../../protocol/principal.js'

export default class IdentitySetWallet extends BaseCommand {
  static override readonly summary = 'Note the id of a wallet canister for the identity; only `get-wallet` uses it'
  static override readonly examples = ['<%= config.bin %> identity set-wallet ryjl3-tyaaa-aaaaa-aaaba-cai --network ic']
  static override readonly args = {canister_id: Args.string({required: true, description: 'Id of the wallet'})}
  static override readonly flags = {...networkFlags, force: Flags.boolean({summary: 'No effect: the wallet is not asked'})}

  async run(): Promise<{readonly wallet: string}> {
    const {args, flags} = await this.parse(IdentitySetWallet)
    const context = this.context(flags)
    const name = context.identityName()
    requireIdentity(context.places, name)
    setWallet(context.places, name, context.network(), parsePrincipal(args.canister_id))
    context.reporter.info(`Set the wallet of identity '${name}' on network '${context.network().name}' to ${args.canister_id}.`)
    return {wallet: args.canister_id}
  }
}
