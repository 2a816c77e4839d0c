import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {bringBackNetwork, type SnapshotReport} from '../../../operations/network-snapshots.js'
import {LOCAL} from '../../../project/networks.js'

export default class NetworkSnapshotRestore extends BaseCommand {
  static override readonly summary = 'Bring the local network back as it was; what it holds now is lost'
  static override readonly description = 'The network must be stopped. Canisters keep their ids, and the network its keys.'
  static override readonly examples = ['<%= config.bin %> network snapshot restore before-upgrade']
  static override readonly args = {name: Args.string({required: true, description: 'Name of the snapshot'})}

  async run(): Promise<SnapshotReport> {
    const {args, flags} = await this.parse(NetworkSnapshotRestore)
    const context = this.context({...flags, network: LOCAL})
    const {reporter} = context
    const report = await bringBackNetwork({network: context.network(), project: context.findProject(), reporter}, args.name)
    this.show(report, ({name, createdAt}) => `The network is as it was in snapshot '${name}' of ${createdAt}. Start it to use it.`)
    return report
  }
}
