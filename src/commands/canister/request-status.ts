import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {OUTPUT_FORMATS, type OutputFormat} from '../../operations/call.js'
import {readRequestStatus} from '../../operations/request-status.js'

export default class CanisterRequestStatus extends BaseCommand {
  static override readonly summary = 'Wait for the answer to a call that was sent with --async'
  static override readonly examples = ['<%= config.bin %> canister request-status 0x4b3c… backend']
  static override readonly args = {
    request_id: Args.string({required: true, description: '0x and 64 hexadecimal digits'}),
    canister: canisterArg(true),
  }
  static override readonly flags = {
    ...networkFlags,
    output: Flags.string({summary: 'Format of the answer', options: [...OUTPUT_FORMATS], default: 'pp', helpValue: 'FORMAT'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterRequestStatus)
    if (!/^0x[\da-f]{64}$/i.test(args.request_id))
      throw this.usageError(`invalid value '${args.request_id}' for '<REQUEST_ID>': it is 0x and 64 hexadecimal digits`)
    const report = await readRequestStatus(this.context(flags), {
      canister: args.canister!,
      requestId: args.request_id.slice(2).toLowerCase(),
      output: flags.output as OutputFormat,
    })
    this.show(report, ({text}) => text)
    return toJsonShape(report)
  }
}
