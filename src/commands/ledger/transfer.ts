import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {subaccountOf} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {
  accountOf,
  consentFlags,
  consentOf,
  feeOf,
  fromSubaccountFlag,
  icpAmountOf,
  icpFlags,
  identifierOf,
  ledgerFlag,
  ledgerOf,
  memoOf,
} from '../../cli/payment-flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {UsageError} from '../../cli/usage-error.js'
import {payIcp, type Recipient} from '../../operations/icp.js'

export default class LedgerTransfer extends BaseCommand {
  static override readonly summary = 'Send ICP to an account'
  static override readonly examples = ['<%= config.bin %> ledger transfer ACCOUNT --amount 1.5 --memo 0']
  static override readonly args = {to: Args.string({description: 'Account identifier that gets them; or use --to-principal'})}
  static override readonly flags = {
    ...networkFlags,
    ...icpFlags,
    ...consentFlags,
    ...fromSubaccountFlag,
    ...ledgerFlag,
    memo: Flags.string({summary: 'A number for the block', helpValue: 'MEMO', default: '0'}),
    'to-principal': Flags.string({summary: 'Principal that gets them', helpValue: 'PRINCIPAL'}),
    'to-subaccount': Flags.string({
      summary: 'Subaccount of that principal, 64 hexadecimal digits',
      helpValue: 'SUBACCOUNT',
      dependsOn: ['to-principal'],
    }),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(LedgerTransfer)
    const to = recipientOf(args.to, flags)
    const report = await payIcp(this.context(flags), {
      to,
      amount: icpAmountOf(flags),
      fee: feeOf(flags),
      memo: memoOf(flags.memo)!,
      fromSubaccount: subaccountOf(flags['from-subaccount']),
      ...consentOf(flags),
      ...ledgerOf(flags),
    })
    const place = 'identifier' in to ? 'height' : 'index'
    this.show(report, ({blockIndex}) => `Transfer sent at block ${place} ${blockIndex}`)
    return toJsonShape(report)
  }
}

function recipientOf(
  to: string | undefined,
  flags: {readonly 'to-principal'?: string | undefined; readonly 'to-subaccount'?: string | undefined},
): Recipient {
  const principal = flags['to-principal']
  if (to !== undefined && principal !== undefined)
    throw new UsageError("the argument '[TO]' cannot be used with '--to-principal <PRINCIPAL>'")
  if (to !== undefined) return {identifier: identifierOf(to, '[TO]')}
  if (principal !== undefined) return {account: accountOf(principal, flags['to-subaccount'])}
  throw new UsageError('the following required arguments were not provided:\n  <TO|--to-principal <PRINCIPAL>>')
}
