import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {readAmount} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {sendCyclesOfWallet} from '../../operations/wallet.js'
import {findCycles} from '../../project/units.js'
import {parsePrincipal} from '../../protocol/principal.js'

export default class WalletSend extends BaseCommand {
  static override readonly summary = "Send cycles of the identity's wallet to a canister"
  static override readonly examples = ['<%= config.bin %> wallet send qdiub-2iaaa-aaaaa-aaaaa-cai 1T']
  static override readonly args = {
    destination: Args.string({required: true, description: 'Canister that gets them'}),
    amount: Args.string({required: true, description: 'Cycles, e.g. 2T or 500B'}),
  }
  static override readonly flags = {...networkFlags, yes: Flags.boolean({char: 'y', summary: 'Pay without a question'})}

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(WalletSend)
    const payment = {to: parsePrincipal(args.destination), cycles: readAmount(args.amount, '<AMOUNT>', findCycles)}
    await sendCyclesOfWallet(this.context(flags), {...payment, isAssumed: flags.yes})
    return {to: args.destination, cycles: payment.cycles}
  }
}
