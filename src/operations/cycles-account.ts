/** The caller's account of the cycles ledger. */

import {CYCLES_LEDGER_ID} from '../agent/cycles-ledger.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {approveSpender, type Payment, readBalance, readFee, transferTokens, transferTokensFrom} from '../agent/icrc-ledger.js'
import {groupDigits} from '../candid/print-type.js'
import type {Account} from '../protocol/account-identifier.js'
import type {CanisterId, Principal} from '../protocol/principal.js'
import {connectAgent} from './connect.js'
import type {NetworkContext} from './context.js'
import {type PaymentConsent, payOnce} from './spending.js'

export interface CyclesLedgerChoice {
  /** Undefined: the cycles ledger. */
  readonly ledger?: CanisterId | undefined
}

const ledgerOf = ({ledger}: CyclesLedgerChoice): CanisterId => ledger ?? CYCLES_LEDGER_ID

export interface BalanceQuestion extends CyclesLedgerChoice {
  /** Undefined: the caller. */
  readonly owner?: Principal | undefined
  readonly subaccount?: Uint8Array | undefined
}

/** `cycles balance`. Throws ServiceMissing. */
export async function readCyclesBalance(context: NetworkContext, {owner, subaccount, ...choice}: BalanceQuestion): Promise<bigint> {
  const agent = await connectAgent(context)
  return readBalance(agent, ledgerOf(choice), {owner: owner ?? agent.sender, subaccount})
}

export interface CyclesPayment extends CyclesLedgerChoice, PaymentConsent {
  readonly to: Account
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly memo?: Uint8Array | undefined
  readonly fromSubaccount?: Uint8Array | undefined
  /** Another's account, which has approved the caller. */
  readonly from?: Account | undefined
}

/** `cycles transfer`. Throws LedgerRefused, PaymentUncertain. */
export async function payCycles(context: NetworkContext, payment: CyclesPayment): Promise<Payment> {
  const agent = await connectAgent(context)
  const ledger = ledgerOf(payment)
  const {from, to, amount, fee, memo, fromSubaccount} = payment
  return payOnce(context, {
    ...payment,
    price: `${digits(amount)} cycles and ${await describeFee(agent, ledger, fee)}`,
    pay: (createdAtNs) =>
      from === undefined
        ? transferTokens(agent, ledger, {to, amount, fee, memo, fromSubaccount, createdAtNs})
        : transferTokensFrom(agent, ledger, {from, to, amount, fee, memo, spenderSubaccount: fromSubaccount, createdAtNs}),
  })
}

export interface CyclesGrant extends CyclesLedgerChoice, PaymentConsent {
  readonly spender: Account
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly memo?: Uint8Array | undefined
  readonly fromSubaccount?: Uint8Array | undefined
  readonly expectedAllowance?: bigint | undefined
  readonly expiresAtNs?: bigint | undefined
}

/** `cycles approve`. Throws LedgerRefused, PaymentUncertain. */
export async function approveCycles(context: NetworkContext, grant: CyclesGrant): Promise<Payment> {
  const agent = await connectAgent(context)
  const ledger = ledgerOf(grant)
  return payOnce(context, {
    ...grant,
    price: await describeFee(agent, ledger, grant.fee),
    pay: (createdAtNs) => approveSpender(agent, ledger, {...grant, createdAtNs}),
  })
}

async function describeFee(agent: IcAgent, ledger: CanisterId, fee: bigint | undefined): Promise<string> {
  return `a fee of ${digits(fee ?? (await readFee(agent, ledger)))} cycles`
}

const digits = (number: bigint): string => groupDigits(String(number))
