import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {advanceTime, type TimeReport} from '../../../operations/advance-time.js'
import {LOCAL} from '../../../project/networks.js'

export default class NetworkTimeAdvance extends BaseCommand {
  static override readonly summary = "Move the local network's time ahead"
  static override readonly description =
    'Timers that come due run, and canisters are charged for the time. It lasts: after a restart the network is as far ahead of the clock.'
  static override readonly examples = ['<%= config.bin %> network time advance 3d']
  static override readonly args = {duration: Args.string({required: true, description: 'Like 30s, 10m, 12h, 3d'})}

  async run(): Promise<TimeReport> {
    const {args, flags} = await this.parse(NetworkTimeAdvance)
    const context = this.context({...flags, network: LOCAL})
    const report = await advanceTime(context.network(), args.duration)
    this.show(report, ({now}) => `It is ${now} on the network.`)
    return report
  }
}
