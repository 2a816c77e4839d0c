import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {type SnapshotReport, saveNetwork} from '../../../operations/network-snapshots.js'
import {LOCAL} from '../../../project/networks.js'

export default class NetworkSnapshotCreate extends BaseCommand {
  static override readonly summary = 'Save the whole local network: canisters, ids, keys, time'
  static override readonly description =
    'The network may be running. Large files are shared with it, so that a snapshot costs little; it outlives start --clean.'
  static override readonly examples = ['<%= config.bin %> network snapshot create before-upgrade']
  static override readonly args = {name: Args.string({required: true, description: 'Name of the snapshot'})}

  async run(): Promise<SnapshotReport> {
    const {args, flags} = await this.parse(NetworkSnapshotCreate)
    const context = this.context({...flags, network: LOCAL})
    const {reporter} = context
    const report = await saveNetwork({network: context.network(), project: context.findProject(), reporter}, args.name)
    this.show(report, ({name}) => `Snapshot '${name}' is taken.`)
    return report
  }
}
