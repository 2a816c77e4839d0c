import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {readMetadata} from '../../operations/canister-metadata.js'

export default class CanisterMetadata extends BaseCommand {
  static override readonly summary = 'Print a metadata section of a canister'
  static override readonly examples = ['<%= config.bin %> canister metadata backend candid:service']
  static override readonly args = {canister: canisterArg(true), name: Args.string({required: true, description: 'E.g. candid:service'})}
  static override readonly flags = {...networkFlags, ...walletFlags}

  async run(): Promise<{readonly name: string; readonly size: number; readonly text: string | undefined}> {
    const {args, flags} = await this.parse(CanisterMetadata)
    const {content, text} = await readMetadata(this.context(flags), args.canister!, args.name)
    // Byte for byte: a section may be anything.
    if (!this.jsonEnabled()) process.stdout.write(content)
    return {name: args.name, size: content.length, text}
  }
}
