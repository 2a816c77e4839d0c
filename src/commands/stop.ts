import {BaseCommand} from '../cli/base-command.js'
import {type StopReport, stopLocalNetwork} from '../operations/stop-local-network.js'
import {LOCAL} from '../project/networks.js'

export default class Stop extends BaseCommand {
  static override readonly summary = 'Stop the local network; its state is kept'
  static override readonly examples = ['<%= config.bin %> stop']

  async run(): Promise<StopReport> {
    const {flags} = await this.parse(Stop)
    const context = this.context({...flags, network: LOCAL})
    return stopLocalNetwork({network: context.network(), reporter: context.reporter})
  }
}
