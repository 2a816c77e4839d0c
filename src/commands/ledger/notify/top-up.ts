import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {canisterArg, readAmount} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {toJsonShape} from '../../../cli/to-json-shape.js'
import {getCanisterId} from '../../../operations/find-canister.js'
import {notifyTopUpPayment} from '../../../operations/icp.js'
import {findInteger} from '../../../project/units.js'

export default class LedgerNotifyTopUp extends BaseCommand {
  static override readonly summary = 'Tell the cycles minting canister of a payment for a canister'
  static override readonly examples = ['<%= config.bin %> ledger notify top-up 42 backend']
  static override readonly args = {
    block: Args.string({required: true, description: 'Block of the payment'}),
    canister: canisterArg(true),
  }
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerNotifyTopUp)
    const context = this.context(flags)
    const {id} = getCanisterId(context, args.canister!)
    const cycles = await notifyTopUpPayment(context, {blockIndex: readAmount(args.block, '<BLOCK>', findInteger), canisterId: id})
    this.show(cycles, (amount) => `Canister was topped up with ${amount} cycles!`)
    return toJsonShape({id, cycles})
  }
}
