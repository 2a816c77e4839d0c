import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {chooseIdentity, DEFAULT_IDENTITY, ensureDefaultIdentity} from '../../identity/store.js'

export default class IdentityUse extends BaseCommand {
  static override readonly summary = 'Choose the identity for the commands that follow'
  static override readonly examples = ['<%= config.bin %> identity use alice']
  static override readonly args = {name: Args.string({required: true, description: 'Name of the identity'})}

  async run(): Promise<{readonly identity: string}> {
    const {args, flags} = await this.parse(IdentityUse)
    const {places, reporter} = this.context(flags)
    if (args.name === DEFAULT_IDENTITY) ensureDefaultIdentity(places, reporter.info)
    chooseIdentity(places, args.name)
    reporter.info(`Using identity: "${args.name}".`)
    return {identity: args.name}
  }
}
