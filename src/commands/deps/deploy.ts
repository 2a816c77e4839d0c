import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {type DeployedDependency, deployDependencies} from '../../operations/deps-deploy.js'

export default class DepsDeploy extends BaseCommand {
  static override readonly summary = 'Put the pulled canisters onto the local network, at the ids they have elsewhere'
  static override readonly examples = ['<%= config.bin %> deps deploy', '<%= config.bin %> deps deploy ledger']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = networkFlags

  async run(): Promise<DeployedDependency[]> {
    const {args, flags} = await this.parse(DepsDeploy)
    return deployDependencies(this.context(flags), args.canister)
  }
}
