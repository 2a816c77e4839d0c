import {Flags} from '@oclif/core'
import {toHex} from '../../../base/bytes.js'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {createSnapshot} from '../../../operations/snapshots.js'

export default class CanisterSnapshotCreate extends BaseCommand {
  static override readonly summary = 'Keep the state of a stopped canister, to come back to it'
  static override readonly examples = ['<%= config.bin %> canister snapshot create backend']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {
    ...networkFlags,
    replace: Flags.string({summary: 'The snapshot whose place it takes', helpValue: 'SNAPSHOT'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSnapshotCreate)
    const snapshot = await createSnapshot(this.context(flags), args.canister!, flags.replace)
    return {snapshot: toHex(snapshot.id), sizeBytes: snapshot.sizeBytes, takenAtNs: snapshot.takenAtNs}
  }
}
