import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalOf, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {ledgerOf} from '../../cli/payment-flags.js'
import {readCyclesBalance} from '../../operations/cycles-account.js'
import {showTrillions} from '../../project/units.js'

export default class CyclesBalance extends BaseCommand {
  static override readonly summary = 'Show the cycles in your account of the cycles ledger'
  static override readonly examples = ['<%= config.bin %> cycles balance', '<%= config.bin %> cycles balance --precise']
  static override readonly flags = {
    ...networkFlags,
    owner: Flags.string({summary: 'Whose account; yours when left out', helpValue: 'PRINCIPAL'}),
    subaccount: Flags.string({summary: 'Subaccount, 64 hexadecimal digits', helpValue: 'SUBACCOUNT'}),
    precise: Flags.boolean({summary: 'Every single cycle'}),
    'cycles-ledger-canister-id': Flags.string({summary: 'Another ledger', helpValue: 'PRINCIPAL', hidden: true}),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(CyclesBalance)
    const balance = await readCyclesBalance(this.context(flags), {
      owner: principalOf(flags.owner),
      subaccount: subaccountOf(flags.subaccount, '--subaccount <SUBACCOUNT>'),
      ...ledgerOf({'ledger-canister-id': flags['cycles-ledger-canister-id']}),
    })
    this.show(balance, (cycles) => (flags.precise ? `${cycles} cycles.` : `${showTrillions(cycles)} TC (trillion cycles).`))
    return {balance}
  }
}
