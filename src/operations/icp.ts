/** ICP of the caller: balances, payments, allowances, and cycles and canisters that are bought with them. Amounts in e8s. */

import {
  type CreationNotice,
  type MintedCycles,
  notifyCreateCanister,
  notifyMintCycles,
  notifyTopUp,
  PAYMENT_MEMO,
  paymentAccount,
  readCyclesPerE8,
  readSubnetTypes,
} from '../agent/cycles-minting.js'
import {ICP_FEE, readIcpBalance, transferIcp} from '../agent/icp-ledger.js'
import {
  type Allowance,
  approveSpender,
  ICP_LEDGER_ID,
  type Payment,
  readAllowance,
  transferTokens,
  transferTokensFrom,
} from '../agent/icrc-ledger.js'
import {groupDigits} from '../candid/print-type.js'
import {showIcp} from '../project/units.js'
import type {Account} from '../protocol/account-identifier.js'
import {type CanisterId, type Principal, principalToText} from '../protocol/principal.js'
import {ControllerAbsent} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {NetworkContext, ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'
import {type PaymentConsent, payOnce} from './spending.js'

export interface LedgerChoice {
  /** Undefined: the ICP ledger. */
  readonly ledger?: CanisterId | undefined
}

const ledgerOf = ({ledger}: LedgerChoice): CanisterId => ledger ?? ICP_LEDGER_ID

const priceOf = (amount: bigint, fee: bigint): string => `${showIcp(amount)} ICP and a fee of ${showIcp(fee)} ICP`

/** `ledger balance`. Throws ServiceMissing. */
export async function readLedgerBalance(
  context: NetworkContext,
  {account, ...choice}: LedgerChoice & {account: Uint8Array},
): Promise<bigint> {
  return readIcpBalance(await connectAgent(context), ledgerOf(choice), account)
}

export type Recipient = {readonly identifier: Uint8Array} | {readonly account: Account}

export interface IcpPayment extends LedgerChoice, PaymentConsent {
  readonly to: Recipient
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly memo: bigint
  readonly fromSubaccount?: Uint8Array | undefined
}

/** `ledger transfer`: to an identifier by the legacy interface, to a principal by ICRC-1. Throws LedgerRefused, PaymentUncertain. */
export async function payIcp(context: NetworkContext, payment: IcpPayment): Promise<Payment> {
  const {to, amount, fee = ICP_FEE, memo, fromSubaccount} = payment
  const agent = await connectAgent(context)
  const ledger = ledgerOf(payment)
  return payOnce(context, {
    ...payment,
    price: priceOf(amount, fee),
    pay: (createdAtNs) =>
      'identifier' in to
        ? transferIcp(agent, ledger, {to: to.identifier, amount, fee, memo, fromSubaccount, createdAtNs})
        : transferTokens(agent, ledger, {to: to.account, amount, fee, memo: littleEndian(memo), fromSubaccount, createdAtNs}),
  })
}

/** The number of the legacy interface as the minting canister reads it in a memo of bytes. */
function littleEndian(memo: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, memo, true)
  return bytes
}

export interface Purchase extends LedgerChoice, PaymentConsent {
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly fromSubaccount?: Uint8Array | undefined
}

/** `ledger top-up`: ICP become cycles of a canister. Throws PaymentRefunded, LedgerRefused, PaymentUncertain. */
export async function topUpWithIcp(
  context: ProjectContext,
  {name, ...purchase}: Purchase & {readonly name: string},
): Promise<{readonly blockIndex: bigint; readonly cycles: bigint}> {
  const {id} = getCanisterId(context, name)
  const {blockIndex} = await buy(context, {...purchase, beneficiary: id, memo: PAYMENT_MEMO.topUp})
  return {blockIndex, cycles: await notifyTopUp(await connectAgent(context), {blockIndex, canisterId: id})}
}

/** `ledger create-canister`. Throws ControllerAbsent before anything is paid, else as `topUpWithIcp`. */
export async function createCanisterWithIcp(
  context: NetworkContext,
  {controller, subnet, ...purchase}: Purchase & Pick<CreationNotice, 'controller' | 'subnet'>,
): Promise<{readonly blockIndex: bigint; readonly canisterId: CanisterId}> {
  const agent = await connectAgent(context)
  if (controller !== agent.sender) throw new ControllerAbsent(principalToText(controller))
  const {blockIndex} = await buy(context, {...purchase, beneficiary: controller, memo: PAYMENT_MEMO.createCanister})
  return {blockIndex, canisterId: await notifyCreateCanister(agent, {blockIndex, controller, subnet})}
}

/** `cycles convert`: ICP become cycles of the caller's account. Throws as `topUpWithIcp`. */
export async function convertIcp(
  context: NetworkContext,
  {
    toSubaccount,
    depositMemo,
    ...purchase
  }: Purchase & {readonly toSubaccount?: Uint8Array | undefined; readonly depositMemo?: Uint8Array | undefined},
): Promise<MintedCycles & {readonly paymentBlock: bigint}> {
  const agent = await connectAgent(context)
  const {blockIndex} = await buy(context, {...purchase, beneficiary: agent.sender, memo: PAYMENT_MEMO.mintCycles})
  return {...(await notifyMintCycles(agent, {blockIndex, toSubaccount, depositMemo})), paymentBlock: blockIndex}
}

async function buy(
  context: NetworkContext,
  purchase: Purchase & {readonly beneficiary: Principal; readonly memo: bigint},
): Promise<Payment> {
  const {amount, fee = ICP_FEE, fromSubaccount, beneficiary, memo} = purchase
  const agent = await connectAgent(context)
  const to = paymentAccount(beneficiary)
  const cycles = amount * (await readCyclesPerE8(agent))
  const payment = await payOnce(context, {
    ...purchase,
    price: `${priceOf(amount, fee)}, for ${groupDigits(String(cycles))} cycles`,
    pay: (createdAtNs) => transferIcp(agent, ledgerOf(purchase), {to, amount, fee, memo, fromSubaccount, createdAtNs}),
  })
  // Told before the notification: with it, a payment whose notification fails can be notified again.
  context.reporter.result(`Transfer sent at block height ${payment.blockIndex}`)
  context.reporter.result(`Using transfer at block height ${payment.blockIndex}`)
  return payment
}

/** `ledger notify top-up`, for a payment whose notification did not come through. Throws PaymentRefunded, LedgerRefused. */
export async function notifyTopUpPayment(
  context: NetworkContext,
  notice: {readonly blockIndex: bigint; readonly canisterId: CanisterId},
): Promise<bigint> {
  return notifyTopUp(await connectAgent(context), notice)
}

/** `ledger notify create-canister`. Throws as `notifyTopUpPayment`. */
export async function notifyCreationPayment(context: NetworkContext, notice: CreationNotice): Promise<CanisterId> {
  return notifyCreateCanister(await connectAgent(context), notice)
}

/** `ledger notify convert`. */
export async function notifyConversion(context: NetworkContext, blockIndex: bigint, toSubaccount?: Uint8Array): Promise<MintedCycles> {
  return notifyMintCycles(await connectAgent(context), {blockIndex, toSubaccount})
}

/** `ledger show-subnet-types`. */
export async function listSubnetTypes(context: NetworkContext): Promise<readonly string[]> {
  return [...(await readSubnetTypes(await connectAgent(context))).keys()]
}

export interface AllowanceGrant extends LedgerChoice, PaymentConsent {
  readonly spender: Account
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly fromSubaccount?: Uint8Array | undefined
  readonly expiresAtNs?: bigint | undefined
  readonly expectedAllowance?: bigint | undefined
  readonly memo?: bigint | undefined
}

/** `ledger approve`. Throws LedgerRefused, PaymentUncertain. */
export async function approveIcp(context: NetworkContext, grant: AllowanceGrant): Promise<Payment> {
  const agent = await connectAgent(context)
  const {fee = ICP_FEE, memo} = grant
  const terms = {...grant, fee, memo: memo === undefined ? undefined : littleEndian(memo)}
  return payOnce(context, {
    ...grant,
    price: `a fee of ${showIcp(fee)} ICP`,
    pay: (createdAtNs) => approveSpender(agent, ledgerOf(grant), {...terms, createdAtNs}),
  })
}

/** `ledger allowance`. */
export async function readIcpAllowance(
  context: NetworkContext,
  {owner, spender, ...choice}: LedgerChoice & {owner: Account; spender: Account},
): Promise<Allowance> {
  return readAllowance(await connectAgent(context), ledgerOf(choice), {account: owner, spender})
}

export interface DelegatedPayment extends LedgerChoice, PaymentConsent {
  readonly from: Account
  readonly to: Account
  readonly amount: bigint
  readonly fee?: bigint | undefined
  readonly memo?: bigint | undefined
  readonly spenderSubaccount?: Uint8Array | undefined
}

/** `ledger transfer-from`. Throws LedgerRefused, PaymentUncertain. */
export async function payIcpFrom(context: NetworkContext, payment: DelegatedPayment): Promise<Payment> {
  const agent = await connectAgent(context)
  const {amount, fee = ICP_FEE, memo} = payment
  const terms = {...payment, fee, memo: memo === undefined ? undefined : littleEndian(memo)}
  return payOnce(context, {
    ...payment,
    price: `${priceOf(amount, fee)}, of the other account`,
    pay: (createdAtNs) => transferTokensFrom(agent, ledgerOf(payment), {...terms, createdAtNs}),
  })
}
