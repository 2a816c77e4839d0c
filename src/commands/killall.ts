import {BaseCommand} from '../cli/base-command.js'
import {type KillReport, killNetworks} from '../operations/kill-networks.js'

export default class Killall extends BaseCommand {
  static override readonly summary = 'End every local network that you have started'
  static override readonly examples = ['<%= config.bin %> killall']

  async run(): Promise<KillReport> {
    const {flags} = await this.parse(Killall)
    const {places, reporter, findProject} = this.context(flags)
    return killNetworks(places, findProject(), reporter)
  }
}
