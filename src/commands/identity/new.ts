import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {storageFlags, storageOf} from '../../cli/storage-flags.js'
import {OptionUnsupported} from '../../operations/errors.js'
import {type NewIdentityReport, newIdentity} from '../../operations/new-identity.js'

export default class IdentityNew extends BaseCommand {
  static override readonly summary = 'Make an identity'
  static override readonly description =
    'Makes a secp256k1 key from a new seed phrase, which is shown once, and keeps it protected by a passphrase unless told otherwise.'
  static override readonly examples = ['<%= config.bin %> identity new alice', '<%= config.bin %> identity new ci --storage-mode plaintext']
  static override readonly args = {name: Args.string({required: true, description: 'Letters, digits and .-_@'})}
  static override readonly flags = {
    ...storageFlags,
    'hsm-pkcs11-lib-path': Flags.string({summary: 'Not supported', helpValue: 'PATH', hidden: true}),
    'hsm-key-id': Flags.string({summary: 'Not supported', helpValue: 'ID', hidden: true}),
    force: Flags.boolean({summary: 'Replace an identity of the same name'}),
  }

  async run(): Promise<NewIdentityReport> {
    const {args, flags} = await this.parse(IdentityNew)
    if (flags['hsm-pkcs11-lib-path'] !== undefined || flags['hsm-key-id'] !== undefined)
      throw new OptionUnsupported('--hsm-pkcs11-lib-path', 'there is no PKCS#11 binding without a native build.', [
        'Use a passphrase, or the keyring of the system.',
      ])
    const {places, reporter} = this.context(flags)
    return newIdentity(places, {name: args.name, force: flags.force, ...storageOf(flags)}, reporter)
  }
}
