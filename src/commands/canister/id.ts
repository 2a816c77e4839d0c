import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {principalToText} from '../../protocol/principal.js'

export default class CanisterId extends BaseCommand {
  static override readonly summary = 'Show the id of a canister'
  static override readonly examples = ['<%= config.bin %> canister id backend', '<%= config.bin %> canister id backend --network ic']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = networkFlags

  async run(): Promise<{readonly id: string}> {
    const {args, flags} = await this.parse(CanisterId)
    const id = principalToText(this.context(flags).canisterIds().get(args.canister!))
    this.show(id, (text) => text)
    return {id}
  }
}
