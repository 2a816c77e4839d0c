import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {parsePrincipal, principalToText} from '../../protocol/principal.js'

export default class CanisterSetId extends BaseCommand {
  static override readonly summary = 'Tell the id of a canister that was created elsewhere'
  static override readonly examples = ['<%= config.bin %> canister set-id backend ryjl3-tyaaa-aaaaa-aaaba-cai --network ic']
  static override readonly args = {
    canister: Args.string({required: true, description: 'Name of the canister'}),
    id: Args.string({required: true, description: 'Its id'}),
  }
  static override readonly flags = networkFlags

  async run(): Promise<{readonly id: string}> {
    const {args, flags} = await this.parse(CanisterSetId)
    const id = parsePrincipal(args.id)
    this.context(flags).canisterIds().set(args.canister, id)
    return {id: principalToText(id)}
  }
}
