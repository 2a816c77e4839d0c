import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {principalOf, subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {consentFlags, consentOf, feeOf, fromSubaccountFlag, icpAmountOf, icpFlags, ledgerFlag, ledgerOf} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {createCanisterWithIcp} from '../../operations/icp.js'
import {parsePrincipal, principalToText} from '../../protocol/principal.js'

export default class LedgerCreateCanister extends BaseCommand {
  static override readonly summary = 'Create a canister for ICP of yours'
  static override readonly examples = ['<%= config.bin %> ledger create-canister PRINCIPAL --amount 1']
  static override readonly args = {controller: Args.string({required: true, description: 'Principal that is to control it'})}
  static override readonly flags = {
    ...networkFlags,
    ...icpFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    ...ledgerFlag,
    subnet: Flags.string({summary: 'The subnet to create it on', helpValue: 'PRINCIPAL', exclusive: ['subnet-type']}),
    'subnet-type': Flags.string({summary: 'The kind of subnet to create it on', helpValue: 'TYPE', exclusive: ['subnet']}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerCreateCanister)
    const [subnet, subnetType] = [principalOf(flags.subnet), flags['subnet-type']]
    const report = await createCanisterWithIcp(this.context(flags), {
      controller: parsePrincipal(args.controller),
      subnet: subnet !== undefined ? {subnet} : subnetType !== undefined ? {subnetType} : undefined,
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    this.show(report, ({canisterId}) => `Canister created with id: "${principalToText(canisterId)}"`)
    return toJsonShape({blockIndex: report.blockIndex, id: report.canisterId})
  }
}
