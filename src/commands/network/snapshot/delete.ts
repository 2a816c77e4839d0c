import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {forgetNetworkSnapshot} from '../../../operations/network-snapshots.js'
import {LOCAL} from '../../../project/networks.js'

export default class NetworkSnapshotDelete extends BaseCommand {
  static override readonly summary = 'Delete a snapshot of the local network'
  static override readonly examples = ['<%= config.bin %> network snapshot delete before-upgrade']
  static override readonly args = {name: Args.string({required: true, description: 'Name of the snapshot'})}

  async run(): Promise<{readonly name: string}> {
    const {args, flags} = await this.parse(NetworkSnapshotDelete)
    const context = this.context({...flags, network: LOCAL})
    forgetNetworkSnapshot({network: context.network(), project: undefined, reporter: context.reporter}, args.name)
    const report = {name: args.name}
    this.show(report, ({name}) => `Snapshot '${name}' is deleted.`)
    return report
  }
}
