import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, refuseUnsupported, refuseWallet, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {callCanister, type OutputFormat} from '../../operations/call.js'
import {renderCallCost} from '../../operations/call-cost.js'
import {ARGUMENT_FORMATS, type ArgumentFormat, readArgumentFile} from '../../operations/encode-argument.js'

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
    type: Flags.string({summary: 'Format of the argument', options: [...ARGUMENT_FORMATS], default: 'idl', helpValue: 'TYPE'}),
    output: Flags.string({summary: 'Format of the answer', options: ['pp', 'idl', 'raw', 'json'], default: 'pp', helpValue: 'FORMAT'}),
    'argument-file': Flags.string({summary: 'File that holds the argument, - for standard input', helpValue: 'FILE'}),
    candid: Flags.string({summary: 'The interface of the canister', helpValue: 'FILE'}),
    random: Flags.string({
      summary: 'Make the argument up; \'\' or { value = Some ["…"] }',
      helpValue: 'CONFIG',
      exclusive: ['argument-file'],
    }),
    'with-cycles': Flags.string({summary: 'Not supported: cycles can be sent by canisters only', helpValue: 'CYCLES', hidden: true}),
    impersonate: Flags.string({summary: 'Not supported', helpValue: 'PRINCIPAL', hidden: true}),
    'always-assist': Flags.boolean({summary: 'Ask for arguments that may be left out, too'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterCall)
    refuseWallet(flags)
    refuseUnsupported(flags)
    if (flags['argument-file'] !== undefined && args.argument !== undefined)
      throw this.usageError("the argument '[ARGUMENT]' cannot be used with '--argument-file <FILE>'")
    if (flags.random !== undefined && args.argument !== undefined)
      throw this.usageError("the argument '[ARGUMENT]' cannot be used with '--random <CONFIG>'")
    const context = this.context(flags)
    const text = flags['argument-file'] === undefined ? args.argument : readArgumentFile(flags['argument-file'])
    const report = await callCanister(context, {
      canister: args.canister!,
      method: args.method,
      argument: text === undefined ? undefined : {text, format: flags.type as ArgumentFormat},
      kind: flags.query ? 'query' : flags.update ? 'update' : undefined,
      isAsync: flags.async,
      candidFile: flags.candid,
      output: flags.output as OutputFormat,
      random: flags.random,
      alwaysAssist: flags['always-assist'],
      isMeasured: flags.verbose,
    })
    if (report.kind === 'answered' && report.cost) context.reporter.debug(renderCallCost(report.cost))
    if (report.kind === 'submitted') context.reporter.info('Request ID: ')
    this.show(report, (shown) => (shown.kind === 'submitted' ? `0x${shown.requestId}` : shown.text))
    return toJsonShape(report)
  }
}
