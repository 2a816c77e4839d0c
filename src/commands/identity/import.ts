import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {storageFlags, storageOf} from '../../cli/storage-flags.js'
import {type NewIdentityReport, newIdentity} from '../../operations/new-identity.js'

export default class IdentityImport extends BaseCommand {
  static override readonly summary = 'Make an identity from a PEM file or a seed phrase'
  static override readonly examples = ['<%= config.bin %> identity import ci key.pem --storage-mode plaintext']
  static override readonly args = {
    new_identity: Args.string({required: true, description: 'Letters, digits and .-_@'}),
    pem_file: Args.string({description: 'secp256k1, Ed25519 or P-256, as SEC1 or PKCS#8'}),
  }
  static override readonly flags = {
    ...storageFlags,
    'seed-file': Flags.string({summary: 'A file with a seed phrase instead of a key', helpValue: 'FILE'}),
    delegation: Flags.string({summary: 'A file with a delegation chain for the key', helpValue: 'FILE'}),
    force: Flags.boolean({summary: 'Replace an identity of the same name'}),
  }

  async run(): Promise<NewIdentityReport> {
    const {args, flags} = await this.parse(IdentityImport)
    const seedFile = flags['seed-file']
    if (args.pem_file === undefined && seedFile === undefined)
      throw this.usageError('the following required arguments were not provided:\n  <PEM_FILE|--seed-file <FILE>>')
    if (args.pem_file !== undefined && seedFile !== undefined)
      throw this.usageError("the argument '[PEM_FILE]' cannot be used with '--seed-file <FILE>'")
    const {places, folder, reporter} = this.context(flags)
    const files = {
      ...(args.pem_file === undefined ? {} : {pemFile: resolve(folder, args.pem_file)}),
      ...(seedFile === undefined ? {} : {seedFile: resolve(folder, seedFile)}),
      ...(flags.delegation === undefined ? {} : {delegationFile: resolve(folder, flags.delegation)}),
    }
    return newIdentity(places, {name: args.new_identity, force: flags.force, ...files, ...storageOf(flags)}, reporter)
  }
}
