import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, refuseWallet, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {callCanister, type OutputFormat} from '../../operations/call.js'
import {readArgumentFile} from '../../operations/encode-argument.js'

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
    type: Flags.string({summary: 'Format of the argument', options: ['idl', 'raw'], default: 'idl', helpValue: 'TYPE'}),
    output: Flags.string({summary: 'Format of the answer', options: ['pp', 'idl', 'raw', 'json'], default: 'pp', helpValue: 'FORMAT'}),
    'argument-file': Flags.string({summary: 'File that holds the argument, - for standard input', helpValue: 'FILE'}),
    candid: Flags.string({summary: 'The interface of the canister', helpValue: 'FILE'}),
    'always-assist': Flags.boolean({summary: 'No effect: icicle asks no questions about arguments', hidden: true}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterCall)
    refuseWallet(flags)
    const context = this.context(flags)
    const text = flags['argument-file'] === undefined ? args.argument : readArgumentFile(flags['argument-file'])
    const report = await callCanister(context, {
      canister: args.canister!,
      method: args.method,
      argument: text === undefined ? undefined : {text, format: flags.type as 'idl' | 'raw'},
      kind: flags.query ? 'query' : flags.update ? 'update' : undefined,
      isAsync: flags.async,
      candidFile: flags.candid,
      output: flags.output as OutputFormat,
    })
    if (report.kind === 'submitted') context.reporter.info('Request ID: ')
    this.show(report, (shown) => (shown.kind === 'submitted' ? `0x${shown.requestId}` : shown.text))
    return toJsonShape(report)
  }
}
