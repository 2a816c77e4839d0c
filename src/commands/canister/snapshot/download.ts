import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {downloadSnapshot} from '../../../operations/transfer-snapshot.js'

export default class CanisterSnapshotDownload extends BaseCommand {
  static override readonly summary = 'Save a snapshot to files'
  static override readonly examples = [
    '<%= config.bin %> canister snapshot download backend 0000000000000000ffffffffff9000050101 --dir backup',
  ]
  static override readonly args = {canister: canisterArg(true), snapshot: Args.string({required: true, description: 'Id of the snapshot'})}
  static override readonly flags = {
    ...networkFlags,
    dir: Flags.string({summary: 'An empty folder', required: true, helpValue: 'DIR'}),
    resume: Flags.boolean({char: 'r', summary: 'Go on with a transfer that was interrupted'}),
    concurrency: Flags.integer({summary: 'Pieces under way at the same time', default: 3, min: 1, max: 64, helpValue: 'N'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSnapshotDownload)
    const {dir, resume, concurrency} = flags
    const transfer = {canister: args.canister!, folder: dir, isResumed: resume, concurrency}
    return {folder: await downloadSnapshot(this.context(flags), {...transfer, snapshot: args.snapshot})}
  }
}
