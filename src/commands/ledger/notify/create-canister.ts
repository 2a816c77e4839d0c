import {Args} from '@oclif/core'
import {BaseCommand} from '../../../cli/base-command.js'
import {readAmount} from '../../../cli/canister-flags.js'
import {networkFlags} from '../../../cli/flags.js'
import {toJsonShape} from '../../../cli/to-json-shape.js'
import {notifyCreationPayment} from '../../../operations/icp.js'
import {findInteger} from '../../../project/units.js'
import {parsePrincipal, principalToText} from '../../../protocol/principal.js'

export default class LedgerNotifyCreateCanister extends BaseCommand {
  static override readonly summary = 'Tell the cycles minting canister of a payment for a new canister'
  static override readonly examples = ['<%= config.bin %> ledger notify create-canister 42 PRINCIPAL']
  static override readonly args = {
    block: Args.string({required: true, description: 'Block of the payment'}),
    controller: Args.string({required: true, description: 'Principal that is to control it'}),
  }
  static override readonly flags = networkFlags

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerNotifyCreateCanister)
    const notice = {blockIndex: readAmount(args.block, '<BLOCK>', findInteger), controller: parsePrincipal(args.controller)}
    const id = await notifyCreationPayment(this.context(flags), notice)
    this.show(id, (canisterId) => `Canister created with id: "${principalToText(canisterId)}"`)
    return toJsonShape({id})
  }
}
