import {BaseCommand} from '../../../cli/base-command.js'
import {listNetworkSnapshots, type SnapshotReport} from '../../../operations/network-snapshots.js'
import {LOCAL} from '../../../project/networks.js'

export default class NetworkSnapshotList extends BaseCommand {
  static override readonly summary = 'List the snapshots of the local network'
  static override readonly examples = ['<%= config.bin %> network snapshot list']

  async run(): Promise<readonly SnapshotReport[]> {
    const {flags} = await this.parse(NetworkSnapshotList)
    const context = this.context({...flags, network: LOCAL})
    const snapshots = listNetworkSnapshots({network: context.network(), project: undefined, reporter: context.reporter})
    this.show(snapshots, (shown) => shown.map(({name, createdAt}) => `${createdAt}  ${name}`).join('\n'))
    return snapshots
  }
}
