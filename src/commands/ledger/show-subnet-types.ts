import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {listSubnetTypes} from '../../operations/icp.js'

export default class LedgerShowSubnetTypes extends BaseCommand {
  static override readonly summary = 'List the kinds of subnets that canisters can be created on'
  static override readonly examples = ['<%= config.bin %> ledger show-subnet-types']
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {flags} = await this.parse(LedgerShowSubnetTypes)
    const types = await listSubnetTypes(this.context(flags))
    this.show(types, (names) => JSON.stringify(names))
    return types
  }
}
