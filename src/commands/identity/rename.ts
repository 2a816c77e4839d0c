import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {renameIdentity} from '../../identity/change-identity.js'

export default class IdentityRename extends BaseCommand {
  static override readonly summary = 'Give an identity another name'
  static override readonly examples = ['<%= config.bin %> identity rename alice bob']
  static override readonly args = {
    from: Args.string({required: true, description: 'The name it has'}),
    to: Args.string({required: true, description: 'The name it gets'}),
  }

  async run(): Promise<{readonly from: string; readonly to: string; readonly isChosen: boolean}> {
    const {args, flags} = await this.parse(IdentityRename)
    const {places, reporter} = this.context(flags)
    const isChosen = renameIdentity(places, args.from, args.to)
    reporter.info(`Renamed identity "${args.from}" to "${args.to}".`)
    if (isChosen) reporter.info(`Now using identity: "${args.to}".`)
    return {from: args.from, to: args.to, isChosen}
  }
}
