import {BaseCommand} from '../../cli/base-command.js'
import {ensureDefaultIdentity, listIdentities} from '../../identity/store.js'

interface IdentityListReport {
  readonly identities: readonly string[]
  readonly chosen: string
}

export default class IdentityList extends BaseCommand {
  static override readonly summary = 'List the identities; on a terminal a star marks the chosen one'
  static override readonly examples = ['<%= config.bin %> identity list']

  async run(): Promise<IdentityListReport> {
    const {flags} = await this.parse(IdentityList)
    const context = this.context(flags)
    ensureDefaultIdentity(context.places, context.reporter.info)
    const report = {identities: listIdentities(context.places), chosen: context.identityName()}
    this.show(report, ({identities, chosen}) =>
      identities.map((name) => (name === chosen && process.stdout.isTTY ? `${name} *` : name)).join('\n'),
    )
    return report
  }
}
