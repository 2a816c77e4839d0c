import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {restoreSnapshot} from '../../../operations/snapshots.js'

export default class CanisterSnapshotLoad extends BaseCommand {
  static override readonly summary = 'Bring a stopped canister back to a snapshot'
  static override readonly examples = ['<%= config.bin %> canister snapshot load backend 0000000000000000ffffffffff9000050101']
  static override readonly args = {canister: canisterArg(true), snapshot: Args.string({required: true, description: 'Id of the snapshot'})}
  static override readonly flags = {...networkFlags}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSnapshotLoad)
    await restoreSnapshot(this.context(flags), {canister: args.canister!, snapshot: args.snapshot})
    return {snapshot: args.snapshot}
  }
}
