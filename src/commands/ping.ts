import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {networkFlags} from '../cli/flags.js'
import {type PingReport, pingStatus, renderPing} from '../operations/ping-network.js'

export default class Ping extends BaseCommand {
  static override readonly summary = 'Ask a network for its status'
  static override readonly examples = ['<%= config.bin %> ping', '<%= config.bin %> ping ic', '<%= config.bin %> ping --wait-healthy']
  static override readonly args = {network: Args.string({description: 'Name or URL of the network; local without one'})}
  static override readonly flags = {
    ...networkFlags,
    'wait-healthy': Flags.boolean({summary: 'Ask again for up to 60 seconds until it is healthy'}),
  }

  async run(): Promise<PingReport> {
    const {args, flags} = await this.parse(Ping)
    const context = this.context(args.network === undefined ? flags : {network: args.network})
    const [network, url] = [context.network(), context.networkUrl()]
    const report = await pingStatus({network, url, waitHealthy: flags['wait-healthy'], signal: context.signal})
    this.show(report, renderPing)
    return report
  }
}
