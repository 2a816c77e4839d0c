import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {
  allFlag,
  canisterArg,
  principalsOf,
  refuseUnsupported,
  selectionOf,
  settingsFlags,
  settingsOf,
  walletFlags,
} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {changeSettings} from '../../operations/update-settings.js'

const principals = (summary: string, exclusive: string[] = []) =>
  Flags.string({summary: `${summary}; repeat for more`, helpValue: 'PRINCIPAL', multiple: true, exclusive})

export default class CanisterUpdateSettings extends BaseCommand {
  static override readonly summary = 'Change controllers, limits and allocations of a canister'
  static override readonly examples = ['<%= config.bin %> canister update-settings backend --add-controller alice']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    ...settingsFlags,
    'set-controller': principals('The controllers', ['add-controller', 'remove-controller']),
    'add-controller': principals('A controller more'),
    'remove-controller': principals('A controller less'),
    'set-log-viewer': principals('Who may read the log', ['add-log-viewer', 'remove-log-viewer', 'log-visibility']),
    'add-log-viewer': principals('One more who may read the log'),
    'remove-log-viewer': principals('One less who may read the log'),
    'confirm-very-long-freezing-threshold': Flags.boolean({summary: 'Yes, more than 1.5 years'}),
    'confirm-very-short-freezing-threshold': Flags.boolean({summary: 'Yes, less than a week'}),
    'sync-with': Flags.string({summary: 'A canister whose settings to take over', helpValue: 'CANISTER', exclusive: ['all']}),
    impersonate: Flags.string({summary: 'Not supported', helpValue: 'PRINCIPAL', hidden: true}),
    yes: Flags.boolean({char: 'y', summary: 'Answer every question with yes'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterUpdateSettings)
    const selection = selectionOf(args.canister, flags)
    refuseUnsupported(flags)
    const context = this.context(flags)
    const read = (texts: readonly string[] | undefined) => principalsOf(context, texts)
    return toJsonShape(
      await changeSettings(context, {
        ...selection,
        settings: settingsOf(flags),
        controllers: {set: read(flags['set-controller']), add: read(flags['add-controller']), remove: read(flags['remove-controller'])},
        logViewers: {set: read(flags['set-log-viewer']), add: read(flags['add-log-viewer']), remove: read(flags['remove-log-viewer'])},
        isAssumed: flags.yes,
        syncWith: flags['sync-with'],
        confirmsVeryLongFreezing: flags['confirm-very-long-freezing-threshold'],
        confirmsVeryShortFreezing: flags['confirm-very-short-freezing-threshold'],
      }),
    )
  }
}
