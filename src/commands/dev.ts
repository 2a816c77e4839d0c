import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {canisterArg} from '../cli/canister-flags.js'
import {develop} from '../operations/develop.js'
import {ensureLocalNetwork} from '../operations/start-local-network.js'
import {LOCAL} from '../project/networks.js'

export default class Dev extends BaseCommand {
  static override readonly summary = 'Deploy, and deploy again whenever a file changes'
  static override readonly description =
    'Starts the local network in the background when none runs. Canisters are upgraded: their state is kept. An error is shown, and the next change tried.'
  static override readonly examples = ['<%= config.bin %> dev', '<%= config.bin %> dev backend']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    debounce: Flags.integer({summary: 'Changes within this time are taken together', default: 100, min: 10, max: 60_000, helpValue: 'MS'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Dev)
    const makeContext = () => this.context({...flags, network: LOCAL})
    const context = makeContext()
    await ensureLocalNetwork({network: context.network(), project: context.project(), reporter: context.reporter, signal: context.signal})
    await develop({makeContext, target: args.canister, quietMs: flags.debounce, showError: (error) => this.showError(error)})
  }
}
