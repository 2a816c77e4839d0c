import {BaseCommand} from '../../cli/base-command.js'
import {DEFAULT_IDENTITY, ensureDefaultIdentity, requireIdentity} from '../../identity/store.js'

export default class IdentityWhoami extends BaseCommand {
  static override readonly summary = 'Show the name of the chosen identity'
  static override readonly examples = ['<%= config.bin %> identity whoami']

  async run(): Promise<{readonly identity: string}> {
    const {flags} = await this.parse(IdentityWhoami)
    const context = this.context(flags)
    const identity = context.identityName()
    if (identity === DEFAULT_IDENTITY) ensureDefaultIdentity(context.places, context.reporter.info)
    requireIdentity(context.places, identity)
    this.show({identity}, () => identity)
    return {identity}
  }
}
