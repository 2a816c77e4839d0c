import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {allFlag, canisterArg, installFlags, installOptionsOf, selectionOf, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {installCanisters} from '../../operations/install-canisters.js'

export default class CanisterInstall extends BaseCommand {
  static override readonly summary = 'Install the code that was built'
  static override readonly examples = [
    '<%= config.bin %> canister install backend --mode upgrade',
    '<%= config.bin %> canister install bkyz2-fmaaa-aaaaa-qaaaq-cai --wasm module.wasm',
  ]
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...allFlag,
    ...installFlags,
    wasm: Flags.string({summary: 'A module to install instead of what was built', helpValue: 'FILE', exclusive: ['all']}),
    'async-call': Flags.boolean({summary: 'No effect: icicle waits until the code is there', hidden: true}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterInstall)
    const selection = selectionOf(args.canister, flags)
    return toJsonShape(
      await installCanisters(this.context(flags), {...installOptionsOf(flags, 'install'), ...selection, wasmFile: flags.wasm}),
    )
  }
}
