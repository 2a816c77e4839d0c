import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {callArgumentFlags, callArgumentOf, canisterArg, readAmount, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {signMessage} from '../../operations/sign-message.js'
import {findSeconds} from '../../project/units.js'

export default class CanisterSign extends BaseCommand {
  static override readonly summary = 'Sign a call and write it to a file, for `canister send`'
  static override readonly examples = ['<%= config.bin %> canister sign backend greet World --network ic']
  static override readonly args = {
    canister: canisterArg(true),
    method: Args.string({required: true, description: 'The method'}),
    argument: Args.string({description: 'The argument, as Candid text'}),
  }
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...callArgumentFlags,
    query: Flags.boolean({summary: 'Sign a query', exclusive: ['update']}),
    update: Flags.boolean({summary: 'Sign an update', exclusive: ['query']}),
    'expire-after': Flags.string({summary: 'How long the message may be sent', default: '5m', helpValue: 'DURATION'}),
    file: Flags.string({summary: 'The file to write', default: 'message.json', helpValue: 'FILE'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSign)
    const report = await signMessage(this.context(flags), {
      canister: args.canister!,
      method: args.method,
      ...callArgumentOf(args.argument, flags),
      kind: flags.query ? 'query' : flags.update ? 'update' : undefined,
      expireAfterSeconds: readAmount(flags['expire-after'], '--expire-after <DURATION>', findSeconds),
      file: flags.file,
    })
    this.show(report, ({kind, file}) =>
      kind === 'query' ? `Query message generated at [${file}]` : `Update and request_status message generated at [${file}]`,
    )
    return toJsonShape(report)
  }
}
