import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {createIdentity} from '../../identity/store.js'

export default class IdentityNew extends BaseCommand {
  static override readonly summary = 'Make an identity'
  static override readonly description = 'Makes a secp256k1 key in a file that only you can read.'
  static override readonly examples = ['<%= config.bin %> identity new alice --storage-mode plaintext']
  static override readonly args = {name: Args.string({required: true, description: 'Letters, digits and .-_@'})}
  static override readonly flags = {
    'storage-mode': Flags.string({
      summary: 'How the key is kept',
      options: ['keyring', 'password-protected', 'plaintext'],
      helpValue: 'MODE',
      exclusive: ['disable-encryption'],
    }),
    'disable-encryption': Flags.boolean({summary: 'Short for --storage-mode plaintext', hidden: true, exclusive: ['storage-mode']}),
    force: Flags.boolean({summary: 'Replace an identity of the same name'}),
  }

  async run(): Promise<{readonly identity: string}> {
    const {args, flags} = await this.parse(IdentityNew)
    const {places, reporter} = this.context(flags)
    createIdentity(places, args.name, {force: flags.force})
    reporter.info(`Created identity: "${args.name}".`)
    return {identity: args.name}
  }
}
