import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {storageFlags, storageOf} from '../../cli/storage-flags.js'
import {OptionUnsupported} from '../../operations/errors.js'
import {type NewIdentityReport, newIdentity} from '../../operations/new-identity.js'

export default class IdentityImport extends BaseCommand {
  static override readonly summary = 'Make an identity from a PEM file'
  static override readonly examples = ['<%= config.bin %> identity import ci key.pem --storage-mode plaintext']
  static override readonly args = {
    new_identity: Args.string({required: true, description: 'Letters, digits and .-_@'}),
    pem_file: Args.string({description: 'secp256k1, Ed25519 or P-256, as SEC1 or PKCS#8'}),
  }
  static override readonly flags = {
    ...storageFlags,
    'seed-file': Flags.string({summary: 'Not supported yet', helpValue: 'FILE', hidden: true}),
    force: Flags.boolean({summary: 'Replace an identity of the same name'}),
  }

  async run(): Promise<NewIdentityReport> {
    const {args, flags} = await this.parse(IdentityImport)
    if (flags['seed-file'] !== undefined) throw new OptionUnsupported('--seed-file', 'keys can be imported from PEM files only, for now.')
    if (args.pem_file === undefined) throw this.usageError('the following required arguments were not provided:\n  <PEM_FILE>')
    const {places, folder, reporter} = this.context(flags)
    const pemFile = resolve(folder, args.pem_file)
    return newIdentity(places, {name: args.new_identity, pemFile, force: flags.force, ...storageOf(flags)}, reporter)
  }
}
