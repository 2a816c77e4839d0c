import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {removeIdentity} from '../../identity/change-identity.js'

export default class IdentityRemove extends BaseCommand {
  static override readonly summary = 'Delete an identity and its key for good'
  static override readonly examples = ['<%= config.bin %> identity remove alice']
  static override readonly args = {removed_identity: Args.string({required: true, description: 'Name of the identity'})}
  static override readonly flags = {'drop-wallets': Flags.boolean({summary: 'Remove it although it has wallets'})}

  async run(): Promise<{readonly identity: string}> {
    const {args, flags} = await this.parse(IdentityRemove)
    const {places, reporter} = this.context(flags)
    removeIdentity(places, args.removed_identity, {dropWallets: flags['drop-wallets']})
    reporter.info(`Removed identity "${args.removed_identity}".`)
    return {identity: args.removed_identity}
  }
}
