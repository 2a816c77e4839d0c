import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {exportPem} from '../../operations/export-identity.js'

export default class IdentityExport extends BaseCommand {
  static override readonly summary = 'Print the private key of an identity as PEM'
  static override readonly examples = ['<%= config.bin %> identity export alice > alice.pem']
  static override readonly args = {exported_identity: Args.string({required: true, description: 'Name of the identity'})}

  async run(): Promise<{readonly identity: string; readonly pem: string}> {
    const {args, flags} = await this.parse(IdentityExport)
    const {places, reporter} = this.context(flags)
    const report = {identity: args.exported_identity, pem: exportPem(places, args.exported_identity, reporter)}
    this.show(report, ({pem}) => pem.trimEnd())
    return report
  }
}
