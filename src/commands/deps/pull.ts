import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {type PullReport, pullDependencies} from '../../operations/deps-pull.js'
import {MAINNET} from '../../project/networks.js'

export default class DepsPull extends BaseCommand {
  static override readonly summary = 'Fetch the canisters of type pull, with all they depend on; from mainnet unless told otherwise'
  static override readonly examples = ['<%= config.bin %> deps pull']
  static override readonly flags = networkFlags

  async run(): Promise<PullReport> {
    const {flags} = await this.parse(DepsPull)
    const isChosen = flags.network !== undefined || flags.playground || process.env.DFX_NETWORK
    return pullDependencies(this.context(isChosen ? {...flags} : {...flags, identity: 'anonymous', network: MAINNET, ic: false}))
  }
}
