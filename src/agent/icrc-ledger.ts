/** Any token ledger that speaks ICRC-1 and ICRC-2. Amounts are in the smallest unit. */

import type {IcicleError} from '../base/errors.js'
import type {Account} from '../protocol/account-identifier.js'
import {type CanisterId, parsePrincipal} from '../protocol/principal.js'
import {LedgerRefused} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import {defineService, type Outcome, partsOf, type Refusal, type Service, toOpt} from './service.js'

export const ICP_LEDGER_ID = parsePrincipal('ryjl3-tyaaa-aaaaa-aaaba-cai')

const DID = `
type account = record { owner : principal; subaccount : opt blob };
type error = variant {
  BadFee : record { expected_fee : nat };
  BadBurn : record { min_burn_amount : nat };
  InsufficientFunds : record { balance : nat };
  InsufficientAllowance : record { allowance : nat };
  AllowanceChanged : record { current_allowance : nat };
  Expired : record { ledger_time : nat64 };
  TooOld;
  CreatedInFuture : record { ledger_time : nat64 };
  Duplicate : record { duplicate_of : nat };
  TemporarilyUnavailable;
  GenericError : record { error_code : nat; message : text };
};
type result = variant { Ok : nat; Err : error };
service : {
  icrc1_balance_of : (account) -> (nat) query;
  icrc1_fee : () -> (nat) query;
  icrc1_transfer : (record {
    to : account; amount : nat; fee : opt nat; memo : opt blob; from_subaccount : opt blob; created_at_time : opt nat64;
  }) -> (result);
  icrc2_approve : (record {
    spender : account; amount : nat; expected_allowance : opt nat; expires_at : opt nat64; fee : opt nat; memo : opt blob;
    from_subaccount : opt blob; created_at_time : opt nat64;
  }) -> (result);
  icrc2_allowance : (record { account : account; spender : account }) -> (record { allowance : nat; expires_at : opt nat64 }) query;
  icrc2_transfer_from : (record {
    spender_subaccount : opt blob; from : account; to : account; amount : nat; fee : opt nat; memo : opt blob; created_at_time : opt nat64;
  }) -> (result);
}`

const services = {
  icp: defineService('ICP Ledger', DID),
  other: defineService('Cycles ledger', DID),
}
const serviceOf = (ledger: CanisterId): Service => (ledger === ICP_LEDGER_ID ? services.icp : services.other)

/** A transfer that the ledger has made: now, or when the same was asked before. */
export interface Payment {
  readonly blockIndex: bigint
  readonly isDuplicate: boolean
}

/** What every payment may say. */
export interface PaymentTerms {
  readonly amount: bigint
  /** Undefined: what the ledger takes. */
  readonly fee?: bigint | undefined
  readonly memo?: Uint8Array | undefined
  /** Nanoseconds since 1970: the ledger pays once for the same request. */
  readonly createdAtNs: bigint
}

export interface Transfer extends PaymentTerms {
  readonly to: Account
  readonly fromSubaccount?: Uint8Array | undefined
}

export interface Approval extends PaymentTerms {
  readonly spender: Account
  readonly fromSubaccount?: Uint8Array | undefined
  readonly expectedAllowance?: bigint | undefined
  readonly expiresAtNs?: bigint | undefined
}

export interface TransferFrom extends PaymentTerms {
  readonly from: Account
  readonly to: Account
  readonly spenderSubaccount?: Uint8Array | undefined
}

export interface Allowance {
  readonly allowance: bigint
  readonly expiresAtNs: bigint | undefined
}

/** Throws ServiceMissing. */
export async function readBalance(agent: IcAgent, ledger: CanisterId, account: Account): Promise<bigint> {
  return serviceOf(ledger).query(agent, {canisterId: ledger, method: 'icrc1_balance_of', args: [encodeAccount(account)]})
}

export async function readFee(agent: IcAgent, ledger: CanisterId): Promise<bigint> {
  return serviceOf(ledger).query(agent, {canisterId: ledger, method: 'icrc1_fee', args: []})
}

/** Throws LedgerRefused, ServiceMissing. */
export async function transferTokens(agent: IcAgent, ledger: CanisterId, {to, fromSubaccount, ...terms}: Transfer): Promise<Payment> {
  const argument = {to: encodeAccount(to), from_subaccount: toOpt(fromSubaccount), ...encodeTerms(terms)}
  return pay(agent, ledger, 'icrc1_transfer', argument)
}

/** Throws LedgerRefused, ServiceMissing. */
export async function approveSpender(agent: IcAgent, ledger: CanisterId, approval: Approval): Promise<Payment> {
  const {spender, fromSubaccount, expectedAllowance, expiresAtNs, ...terms} = approval
  const argument = {
    spender: encodeAccount(spender),
    from_subaccount: toOpt(fromSubaccount),
    expected_allowance: toOpt(expectedAllowance),
    expires_at: toOpt(expiresAtNs),
    ...encodeTerms(terms),
  }
  return pay(agent, ledger, 'icrc2_approve', argument)
}

/** Throws LedgerRefused, ServiceMissing. */
export async function transferTokensFrom(agent: IcAgent, ledger: CanisterId, transfer: TransferFrom): Promise<Payment> {
  const {from, to, spenderSubaccount, ...terms} = transfer
  const argument = {from: encodeAccount(from), to: encodeAccount(to), spender_subaccount: toOpt(spenderSubaccount), ...encodeTerms(terms)}
  return pay(agent, ledger, 'icrc2_transfer_from', argument)
}

export async function readAllowance(agent: IcAgent, ledger: CanisterId, pair: {account: Account; spender: Account}): Promise<Allowance> {
  const args = [{account: encodeAccount(pair.account), spender: encodeAccount(pair.spender)}]
  const call = {canisterId: ledger, method: 'icrc2_allowance', args}
  const {allowance, expires_at} = await serviceOf(ledger).query<{allowance: bigint; expires_at: readonly bigint[]}>(agent, call)
  return {allowance, expiresAtNs: expires_at[0]}
}

async function pay(agent: IcAgent, ledger: CanisterId, method: string, argument: object): Promise<Payment> {
  const outcome = await serviceOf(ledger).update<Outcome<bigint>>(agent, {canisterId: ledger, method, args: [argument]})
  return toPayment(outcome)
}

/** A duplicate is a payment that was made before. Throws LedgerRefused for any other refusal. */
export function toPayment(outcome: Outcome<bigint>): Payment {
  if ('Ok' in outcome) return {blockIndex: outcome.Ok, isDuplicate: false}
  const duplicate = findDuplicate(outcome.Err)
  if (duplicate === undefined) throw refusalOf(outcome.Err)
  return {blockIndex: duplicate, isDuplicate: true}
}

function findDuplicate(refusal: Refusal): bigint | undefined {
  const {kind, details} = partsOf(refusal)
  return kind === 'Duplicate' || kind === 'TxDuplicate' ? (details.duplicate_of as bigint) : undefined
}

function refusalOf(refusal: Refusal): IcicleError {
  const {kind, details} = partsOf(refusal)
  return new LedgerRefused(`The ledger refused: ${REASONS[kind]?.(details) ?? kind}.`)
}

const amountOf = (value: unknown): string => String((value as {e8s?: bigint})?.e8s ?? value)

/** Variants of ICRC-1, ICRC-2 and the legacy interface of the ICP ledger. */
const REASONS: Readonly<Record<string, (details: Readonly<Record<string, unknown>>) => string>> = {
  BadFee: ({expected_fee}) => `the fee must be ${amountOf(expected_fee)}`,
  BadBurn: ({min_burn_amount}) => `at least ${min_burn_amount} must be burned`,
  InsufficientFunds: ({balance}) => `the account holds ${amountOf(balance)}, which is not enough`,
  InsufficientAllowance: ({allowance}) => `the allowance is ${allowance}, which is not enough`,
  AllowanceChanged: ({current_allowance}) => `the allowance is ${current_allowance} by now`,
  Expired: () => 'the time of expiry has passed',
  TooOld: () => 'the time of the request is too long ago',
  TxTooOld: () => 'the time of the request is too long ago',
  CreatedInFuture: () => 'the time of the request is in the future',
  TxCreatedInFuture: () => 'the time of the request is in the future',
  TemporarilyUnavailable: () => 'it is temporarily unavailable',
  GenericError: ({message}) => String(message),
}

function encodeTerms({amount, fee, memo, createdAtNs}: PaymentTerms): object {
  return {amount, fee: toOpt(fee), memo: toOpt(memo), created_at_time: [createdAtNs]}
}

function encodeAccount({owner, subaccount}: Account): object {
  return {owner, subaccount: toOpt(subaccount)}
}
