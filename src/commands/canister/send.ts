import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {renderReply} from '../../operations/call.js'
import {type SendReport, sendMessage} from '../../operations/send-message.js'
import {readSignedMessage} from '../../operations/signed-message.js'

export default class CanisterSend extends BaseCommand {
  static override readonly summary = 'Send a message that `canister sign` has written'
  static override readonly description = 'It goes to the network it was signed for. Nobody needs the key any more.'
  static override readonly examples = [
    '<%= config.bin %> canister send message.json',
    '<%= config.bin %> canister send message.json --status',
  ]
  static override readonly args = {file_name: Args.string({required: true, description: 'The message'})}
  static override readonly flags = {
    ...networkFlags,
    status: Flags.boolean({summary: 'Ask for the answer of an update that was sent'}),
    yes: Flags.boolean({char: 'y', summary: 'Send without a question'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterSend)
    const message = readSignedMessage(resolve(this.context(flags).folder, args.file_name))
    const context = this.context({...flags, identity: 'anonymous', network: message.network, ic: false, playground: false})
    const report = await sendMessage(context, {file: args.file_name, message, isStatus: flags.status, isAssumed: flags.yes})
    this.show(report, (shown) => render(shown, this.config.bin))
    return toJsonShape(report)
  }
}

function render(report: SendReport, program: string): string {
  if (report.kind === 'replied') return renderReply(report.reply, 'pp', undefined)
  if (report.kind === 'pending') return `The call is not answered yet: ${report.status}.`
  return [
    `To check the status of this update call, append \`--status\` to current command:`,
    `    ${program} canister send ${report.file} --status`,
    `Request ID: 0x${report.requestId}`,
  ].join('\n')
}
