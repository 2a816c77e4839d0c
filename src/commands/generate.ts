import {BaseCommand} from '../cli/base-command.js'
import {canisterArg} from '../cli/canister-flags.js'
import {networkFlags} from '../cli/flags.js'
import {generate} from '../operations/generate.js'
import type {GeneratedDeclarations} from '../operations/write-declarations.js'

export default class Generate extends BaseCommand {
  static override readonly summary = 'Write the declarations of canisters for the programs that call them'
  static override readonly description =
    'JavaScript, TypeScript and Candid, unless "declarations" of the canister in dfx.json says something else: "bindings" may name js, ts, did, mo and rs.'
  static override readonly examples = ['<%= config.bin %> generate', '<%= config.bin %> generate backend']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = networkFlags

  async run(): Promise<GeneratedDeclarations[]> {
    const {args, flags} = await this.parse(Generate)
    return generate(this.context(flags), args.canister)
  }
}
