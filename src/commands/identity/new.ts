import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {storageFlags, storageOf} from '../../cli/storage-flags.js'
import {type NewIdentityReport, newIdentity} from '../../operations/new-identity.js'

export default class IdentityNew extends BaseCommand {
  static override readonly summary = 'Make an identity'
  static override readonly description =
    'Makes a secp256k1 key in a file that only you can read, protected by a passphrase unless told otherwise.'
  static override readonly examples = ['<%= config.bin %> identity new alice', '<%= config.bin %> identity new ci --storage-mode plaintext']
  static override readonly args = {name: Args.string({required: true, description: 'Letters, digits and .-_@'})}
  static override readonly flags = {
    ...storageFlags,
    force: Flags.boolean({summary: 'Replace an identity of the same name'}),
  }

  async run(): Promise<NewIdentityReport> {
    const {args, flags} = await this.parse(IdentityNew)
    const {places, reporter} = this.context(flags)
    return newIdentity(places, {name: args.name, force: flags.force, ...storageOf(flags)}, reporter)
  }
}
