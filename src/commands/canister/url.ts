import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {getCanisterId} from '../../operations/find-canister.js'
import {canisterUrls} from '../../operations/urls.js'

export default class CanisterUrl extends BaseCommand {
  static override readonly summary = 'Show where a browser finds a canister'
  static override readonly examples = ['<%= config.bin %> canister url frontend']
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterUrl)
    const context = this.context(flags)
    const {name, id} = getCanisterId(context, args.canister!)
    const urls = canisterUrls({name, id, config: context.findProject()?.canisters.get(name)}, context.network(), context.networkUrl())
    this.show(urls, ({frontend, candid}) => [...frontend.map(({url}) => url), ...(candid === undefined ? [] : [candid])].join('\n'))
    return toJsonShape(urls)
  }
}
