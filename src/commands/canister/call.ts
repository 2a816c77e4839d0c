import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {callArgumentFlags, callArgumentOf, canisterArg, refuseUnsupported, refuseWallet, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {callCanister, OUTPUT_FORMATS, type OutputFormat} from '../../operations/call.js'
import {renderCallCost} from '../../operations/call-cost.js'

export default class CanisterCall extends BaseCommand {
  static override readonly summary = 'Call a method of a canister'
  static override readonly description =
    'The argument is Candid text in parentheses. For a method with a single argument the value alone will do, for a text the bare words.'
  static override readonly examples = [
    '<%= config.bin %> canister call backend greet World',
    "<%= config.bin %> canister call backend add '(1, 2)' --output json",
  ]
  static override readonly args = {
    canister: canisterArg(true),
    method: Args.string({required: true, description: 'The method'}),
    argument: Args.string({description: 'The argument, as Candid text'}),
  }
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    async: Flags.boolean({summary: 'Do not wait for the answer, print the request id'}),
    query: Flags.boolean({summary: 'Call as a query', exclusive: ['update', 'async']}),
    update: Flags.boolean({summary: 'Call as an update', exclusive: ['query']}),
    ...callArgumentFlags,
    output: Flags.string({summary: 'Format of the answer', options: [...OUTPUT_FORMATS], default: 'pp', helpValue: 'FORMAT'}),
    'with-cycles': Flags.string({summary: 'Not supported: cycles can be sent by canisters only', helpValue: 'CYCLES', hidden: true}),
    impersonate: Flags.string({summary: 'Not supported', helpValue: 'PRINCIPAL', hidden: true}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterCall)
    refuseWallet(flags)
    refuseUnsupported(flags)
    const context = this.context(flags)
    const report = await callCanister(context, {
      canister: args.canister!,
      method: args.method,
      ...callArgumentOf(args.argument, flags),
      kind: flags.query ? 'query' : flags.update ? 'update' : undefined,
      isAsync: flags.async,
      output: flags.output as OutputFormat,
      isMeasured: flags.verbose,
    })
    if (report.kind === 'answered' && report.cost) context.reporter.debug(renderCallCost(report.cost))
    if (report.kind === 'submitted') context.reporter.info('Request ID: ')
    this.show(report, (shown) => (shown.kind === 'submitted' ? `0x${shown.requestId}` : shown.text))
    return toJsonShape(report)
  }
}
