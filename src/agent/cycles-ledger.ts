/**
 * The cycles ledger: creates canisters on real networks and gives them cycles, paid from the caller's account.
 *
 * Source: Candid interface of the cycles ledger, `um5iw-rqaaa-aaaaq-qaaba-cai`.
 */

import {type CanisterId, parsePrincipal, principalToText, type SubnetId} from '../protocol/principal.js'
import {LedgerRefused} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import type {Payment} from './icrc-ledger.js'
import {type CanisterSettings, encodeSettings} from './management.js'
import {defineService} from './service.js'

export const CYCLES_LEDGER_ID = parsePrincipal('um5iw-rqaaa-aaaaq-qaaba-cai')

const service = defineService(
  'Cycles ledger',
  `
type visibility = variant { controllers; public; allowed_viewers : vec principal };
type settings = record {
  controllers : opt vec principal;
  compute_allocation : opt nat;
  memory_allocation : opt nat;
  freezing_threshold : opt nat;
  reserved_cycles_limit : opt nat;
  wasm_memory_limit : opt nat;
  wasm_memory_threshold : opt nat;
  log_visibility : opt visibility;
};
type subnet_selection = variant { Subnet : record { subnet : principal }; Filter : record { subnet_type : opt text } };
type create_args = record {
  from_subaccount : opt blob;
  created_at_time : opt nat64;
  amount : nat;
  creation_args : opt record { settings : opt settings; subnet_selection : opt subnet_selection };
};
type create_error = variant {
  InsufficientFunds : record { balance : nat };
  TooOld;
  CreatedInFuture : record { ledger_time : nat64 };
  TemporarilyUnavailable;
  Duplicate : record { duplicate_of : nat; canister_id : opt principal };
  FailedToCreate : record { fee_block : opt nat; refund_block : opt nat; error : text };
  GenericError : record { message : text; error_code : nat };
};
type withdraw_args = record { to : principal; amount : nat; from_subaccount : opt blob; created_at_time : opt nat64 };
type withdraw_error = variant {
  InsufficientFunds : record { balance : nat };
  BadFee : record { expected_fee : nat };
  TooOld;
  CreatedInFuture : record { ledger_time : nat64 };
  TemporarilyUnavailable;
  Duplicate : record { duplicate_of : nat };
  InvalidReceiver : record { receiver : principal };
  FailedToWithdraw : record { fee_block : opt nat; rejection_reason : text };
  GenericError : record { message : text; error_code : nat };
};
service : {
  withdraw : (withdraw_args) -> (variant { Ok : nat; Err : withdraw_error });
  create_canister : (create_args) -> (variant { Ok : record { block_id : nat; canister_id : principal }; Err : create_error });
}`,
)

export interface LedgerCreation {
  /** Cycles taken from the account; the creation fee is part of them. */
  readonly amount: bigint
  readonly settings: CanisterSettings
  /** Nanoseconds since 1970: the ledger creates once for the same request. */
  readonly createdAtNs: bigint
  readonly fromSubaccount?: Uint8Array | undefined
  /** Undefined: the ledger decides. */
  readonly subnet?: SubnetChoice | undefined
}

export type SubnetChoice = {readonly subnet: SubnetId} | {readonly subnetType: string}

type LedgerError = Readonly<Record<string, null | Readonly<Record<string, unknown>>>>
type LedgerResult<T> = {readonly Ok: T} | {readonly Err: LedgerError}

/** Throws LedgerRefused, CallRejected. */
export async function createCanisterOnLedger(agent: IcAgent, creation: LedgerCreation): Promise<CanisterId> {
  const {amount, settings, createdAtNs, fromSubaccount, subnet} = creation
  const argument = {
    from_subaccount: fromSubaccount ? [fromSubaccount] : [],
    created_at_time: [createdAtNs],
    amount,
    creation_args: [{settings: [encodeSettings(settings)], subnet_selection: subnet ? [encodeSubnet(subnet)] : []}],
  }
  const result = await callLedger<{readonly canister_id: CanisterId}>(agent, 'create_canister', argument)
  if ('Ok' in result) return result.Ok.canister_id
  const duplicate = (result.Err.Duplicate as {canister_id?: readonly CanisterId[]} | undefined)?.canister_id?.[0]
  if (duplicate !== undefined) return duplicate
  throw new LedgerRefused(`The cycles ledger did not create the canister: ${describeRefusal(result.Err)}`)
}

export interface Withdrawal {
  readonly to: CanisterId
  readonly amount: bigint
  /** Nanoseconds since 1970: the ledger pays once for the same request. */
  readonly createdAtNs: bigint
  readonly fromSubaccount?: Uint8Array | undefined
}

/** Moves cycles from the caller's account into a canister; Throws LedgerRefused, CallRejected. */
export async function withdrawCycles(agent: IcAgent, {to, amount, createdAtNs, fromSubaccount}: Withdrawal): Promise<Payment> {
  const argument = {to, amount, from_subaccount: fromSubaccount ? [fromSubaccount] : [], created_at_time: [createdAtNs]}
  const result = await callLedger<bigint>(agent, 'withdraw', argument)
  if ('Ok' in result) return {blockIndex: result.Ok, isDuplicate: false}
  const duplicate = (result.Err.Duplicate as {duplicate_of?: bigint} | undefined)?.duplicate_of
  if (duplicate !== undefined) return {blockIndex: duplicate, isDuplicate: true}
  if (result.Err.InvalidReceiver)
    throw new LedgerRefused(`Invalid receiver: ${principalToText(to)}.  Make sure the receiver is a canister.`)
  throw new LedgerRefused(`The cycles ledger did not send the cycles: ${describeRefusal(result.Err)}`)
}

function encodeSubnet(choice: SubnetChoice): object {
  return 'subnet' in choice ? {Subnet: {subnet: choice.subnet}} : {Filter: {subnet_type: [choice.subnetType]}}
}

function callLedger<T>(agent: IcAgent, method: string, argument: object): Promise<LedgerResult<T>> {
  return service.update(agent, {canisterId: CYCLES_LEDGER_ID, method, args: [argument]})
}

function describeRefusal(error: LedgerError): string {
  const [[kind, details] = ['unknown', null]] = Object.entries(error)
  switch (kind) {
    case 'InsufficientFunds':
      return `the account holds ${details?.balance} cycles, which is not enough.`
    case 'FailedToCreate':
      return `${details?.error} (the cycles were paid back, less the fee).`
    case 'FailedToWithdraw':
      return `${details?.rejection_reason}.`
    case 'Duplicate':
      return `the same was asked before, in block ${details?.duplicate_of}, and that failed.`
    case 'GenericError':
      return String(details?.message)
    default:
      return `${kind}.`
  }
}
