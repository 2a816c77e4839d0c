import {Flags} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {uploadSnapshot} from '../../../operations/transfer-snapshot.js'

export default class CanisterSnapshotUpload extends BaseCommand {
  static override readonly summary = 'Make a snapshot of files that `snapshot download` has saved'
  static override readonly examples = ['<%= config.bin %> canister snapshot upload backend --dir backup']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {
    ...networkFlags,
    replace: Flags.string({summary: 'The snapshot whose place it takes', helpValue: 'SNAPSHOT'}),
    dir: Flags.string({summary: 'The folder of the files', required: true, helpValue: 'DIR'}),
    resume: Flags.boolean({char: 'r', summary: 'Go on with a transfer that was interrupted'}),
    concurrency: Flags.integer({summary: 'Pieces under way at the same time', default: 3, min: 1, max: 64, helpValue: 'N'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSnapshotUpload)
    const {dir, resume, concurrency, replace} = flags
    const transfer = {canister: args.canister!, folder: dir, isResumed: resume, concurrency}
    return {snapshot: await uploadSnapshot(this.context(flags), {...transfer, replace})}
  }
}
