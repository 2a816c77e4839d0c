import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {
  allFlag,
  canisterArg,
  principalOf,
  principalsOf,
  readAmount,
  selectionOf,
  settingsFlags,
  settingsOf,
  walletFlags,
} from '../../cli/canister-flags.js'
import {creationFlags, creationOf} from '../../cli/creation-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {createProjectCanisters} from '../../operations/create-canisters.js'
import {findCycles} from '../../project/units.js'
import {parsePrincipal} from '../../protocol/principal.js'

export default class CanisterCreate extends BaseCommand {
  static override readonly summary = 'Create an empty canister and remember its id'
  static override readonly examples = ['<%= config.bin %> canister create backend', '<%= config.bin %> canister create --all']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    ...settingsFlags,
    ...creationFlags,
    controller: Flags.string({summary: 'Controller, an identity or a principal; repeat for more', helpValue: 'CONTROLLER', multiple: true}),
    'log-viewer': Flags.string({
      summary: 'Principal that may read the log; repeat for more',
      helpValue: 'PRINCIPAL',
      multiple: true,
      exclusive: ['log-visibility'],
    }),
    'with-cycles': Flags.string({summary: 'Its first balance, e.g. 3.5T', helpValue: 'CYCLES'}),
    'specified-id': Flags.string({summary: 'The id it is to have', helpValue: 'PRINCIPAL', exclusive: ['all']}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterCreate)
    const selection = selectionOf(args.canister, flags)
    const context = this.context(flags)
    const viewers = flags['log-viewer']
    const settings = settingsOf(flags)
    const cycles = flags['with-cycles']
    return toJsonShape(
      await createProjectCanisters(context, {
        ...selection,
        ...creationOf(flags),
        settings: {
          ...settings,
          controllers: flags.controller ? principalsOf(context, flags.controller) : undefined,
          logVisibility: viewers ? {allowedViewers: viewers.map(parsePrincipal)} : settings.logVisibility,
        },
        withCycles: cycles === undefined ? undefined : readAmount(cycles, '--with-cycles', findCycles),
        specifiedId: principalOf(flags['specified-id']),
      }),
    )
  }
}
