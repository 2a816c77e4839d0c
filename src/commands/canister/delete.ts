import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {deleteCanisters} from '../../operations/canister-lifecycle.js'

export default class CanisterDelete extends BaseCommand {
  static override readonly summary = 'Delete a canister and forget its id'
  static override readonly description = 'Its cycles are lost. A canister that still runs is stopped first, after a question.'
  static override readonly examples = ['<%= config.bin %> canister delete backend -y']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    'no-withdrawal': Flags.boolean({summary: 'Let its cycles go; needed on real networks'}),
    yes: Flags.boolean({char: 'y', summary: 'Answer every question with yes'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterDelete)
    const selection = selectionOf(args.canister, flags)
    return toJsonShape(
      await deleteCanisters(this.context(flags), {...selection, isAssumed: flags.yes, noWithdrawal: flags['no-withdrawal']}),
    )
  }
}
