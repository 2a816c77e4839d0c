import {Args} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {networkFlags} from '../cli/flags.js'
import {findInfo, INFO_TOPICS, type InfoTopic} from '../operations/find-info.js'

export default class Info extends BaseCommand {
  static override readonly summary = 'Show one fact about the installation or a network'
  static override readonly examples = ['<%= config.bin %> info webserver-port', '<%= config.bin %> info networks-json-path']
  static override readonly args = {topic: Args.string({required: true, options: [...INFO_TOPICS], description: 'What to show'})}
  static override readonly flags = networkFlags

  async run(): Promise<Readonly<Record<string, string>>> {
    const {args, flags} = await this.parse(Info)
    const {places, network, networkUrl} = this.context(flags)
    const fact = await findInfo(args.topic as InfoTopic, {places, network, networkUrl})
    this.show(fact, (text) => text)
    return {[args.topic]: fact}
  }
}
