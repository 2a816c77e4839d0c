import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {networkFlags} from '../../cli/flags.js'
import {readBalanceOfWallet} from '../../operations/wallet.js'
import {showTrillions} from '../../project/units.js'

export default class WalletBalance extends BaseCommand {
  static override readonly summary = "Show the cycles in the identity's wallet"
  static override readonly examples = ['<%= config.bin %> wallet balance --precise']
  static override readonly flags = {...networkFlags, precise: Flags.boolean({summary: 'Every single cycle'})}

  async run(): Promise<unknown> {
    const {flags} = await this.parse(WalletBalance)
    const balance = await readBalanceOfWallet(this.context(flags))
    this.show(balance, (cycles) => (flags.precise ? `${cycles} cycles.` : `${showTrillions(cycles)} TC (trillion cycles).`))
    return {balance}
  }
}
