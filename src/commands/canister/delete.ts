import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, principalOf, readAmount, selectionOf, subaccountOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {deleteCanisters} from '../../operations/canister-lifecycle.js'
import {OptionUnsupported} from '../../operations/errors.js'
import {findCycles} from '../../project/units.js'

export default class CanisterDelete extends BaseCommand {
  static override readonly summary = 'Delete a canister and forget its id'
  static override readonly description =
    'Its cycles go to your account of the cycles ledger. A canister that still runs is stopped first, after a question.'
  static override readonly examples = ['<%= config.bin %> canister delete backend -y']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    'no-withdrawal': Flags.boolean({summary: 'Let its cycles go'}),
    'withdraw-cycles-to-canister': Flags.string({
      summary: 'The canister that gets the cycles',
      helpValue: 'PRINCIPAL',
      exclusive: ['no-withdrawal'],
    }),
    'initial-margin': Flags.string({summary: 'Cycles to leave behind in the first attempt', helpValue: 'CYCLES'}),
    'to-subaccount': Flags.string({
      summary: 'The account that gets the cycles, 64 hexadecimal digits',
      helpValue: 'SUBACCOUNT',
      exclusive: ['no-withdrawal'],
    }),
    'withdraw-cycles-to-dank': Flags.boolean({summary: 'Obsolete', hidden: true}),
    'withdraw-cycles-to-dank-principal': Flags.string({summary: 'Obsolete', hidden: true}),
    yes: Flags.boolean({char: 'y', summary: 'Answer every question with yes'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterDelete)
    const selection = selectionOf(args.canister, flags)
    if (flags['withdraw-cycles-to-dank'] || flags['withdraw-cycles-to-dank-principal'] !== undefined)
      throw new OptionUnsupported('--withdraw-cycles-to-dank', 'Dank no longer exists.', ['Use --withdraw-cycles-to-canister.'])
    const margin = flags['initial-margin']
    return toJsonShape(
      await deleteCanisters(this.context(flags), {
        ...selection,
        isAssumed: flags.yes,
        noWithdrawal: flags['no-withdrawal'],
        toCanister: principalOf(flags['withdraw-cycles-to-canister']),
        toSubaccount: subaccountOf(flags['to-subaccount'], '--to-subaccount <SUBACCOUNT>'),
        initialMargin: margin === undefined ? undefined : readAmount(margin, '--initial-margin <CYCLES>', findCycles),
      }),
    )
  }
}
