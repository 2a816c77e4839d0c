import {toHex} from '../../../base/bytes.js'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {readSnapshots, renderSnapshot} from '../../../operations/snapshots.js'

export default class CanisterSnapshotList extends BaseCommand {
  static override readonly summary = 'List the snapshots of a canister'
  static override readonly examples = ['<%= config.bin %> canister snapshot list backend']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {...networkFlags}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSnapshotList)
    const snapshots = await readSnapshots(this.context(flags), args.canister!)
    this.show(snapshots, (shown) => shown.map(renderSnapshot).join('\n'))
    return snapshots.map(({id, ...rest}) => ({snapshot: toHex(id), ...rest}))
  }
}
