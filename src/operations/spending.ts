/** What comes before and after every payment: its price is shown, agreed to, and a payment whose fate is unknown can be repeated safely. */

import {NetworkAnswerInvalid, NetworkUnreachable} from '../agent/errors.js'
import type {Payment} from '../agent/icrc-ledger.js'
import {IcicleError} from '../base/errors.js'
import {ConsentDeclined} from './canister-errors.js'
import type {NetworkContext} from './context.js'

const NS_PER_MS = 1_000_000n

/** What every paying command takes. */
export interface PaymentConsent {
  /** Nanoseconds since 1970: a ledger does the same request once. Undefined: now. */
  readonly createdAtNs?: bigint | undefined
  /** Pay without asking. */
  readonly isAssumed?: boolean | undefined
}

export interface PaymentPlan extends PaymentConsent {
  /** E.g. `1.50000000 ICP and a fee of 0.00010000 ICP`. */
  readonly price: string
  readonly pay: (createdAtNs: bigint) => Promise<Payment>
}

/** The network did not say whether it has paid. */
export class PaymentUncertain extends IcicleError {
  readonly code = 'PAYMENT_UNCERTAIN'
  constructor(createdAtNs: bigint, cause: Error) {
    super('The network did not answer: the payment may have been made, or not.', {
      hints: [`Repeat the command with '--created-at-time ${createdAtNs}': the ledger pays only once.`],
      cause,
    })
  }
}

/** Shows the price, asks on mainnet, pays. Throws ConsentDeclined, PaymentUncertain, LedgerRefused, ServiceMissing. */
export async function payOnce(context: NetworkContext, {price, pay, createdAtNs, isAssumed = false}: PaymentPlan): Promise<Payment> {
  const {reporter} = context
  reporter.info(`Cost: ${price}.`)
  if (context.network().isMainnet && !isAssumed && !(await context.confirm(`This pays ${price} on the main network.`)))
    throw new ConsentDeclined('pay')
  const at = createdAtNs ?? BigInt(Date.now()) * NS_PER_MS
  try {
    const payment = await pay(at)
    if (payment.isDuplicate) reporter.info(`transaction is a duplicate of another transaction in block ${payment.blockIndex}`)
    return payment
  } catch (error) {
    if (error instanceof NetworkUnreachable || error instanceof NetworkAnswerInvalid) throw new PaymentUncertain(at, error)
    throw error
  }
}
