/** The legacy interface of the ICP ledger: accounts by identifier, a memo that is a number. Amounts in e8s. */

import type {CanisterId} from '../protocol/principal.js'
import type {IcAgent} from './ic-agent.js'
import {type Payment, toPayment} from './icrc-ledger.js'
import {defineService, type Outcome, toOpt} from './service.js'

/** In e8s. */
export const ICP_FEE = 10_000n

const service = defineService(
  'ICP Ledger',
  `
type tokens = record { e8s : nat64 };
type error = variant {
  BadFee : record { expected_fee : tokens };
  InsufficientFunds : record { balance : tokens };
  TxTooOld : record { allowed_window_nanos : nat64 };
  TxCreatedInFuture;
  TxDuplicate : record { duplicate_of : nat64 };
};
service : {
  account_balance : (record { account : blob }) -> (tokens) query;
  transfer : (record {
    memo : nat64; amount : tokens; fee : tokens; from_subaccount : opt blob; to : blob;
    created_at_time : opt record { timestamp_nanos : nat64 };
  }) -> (variant { Ok : nat64; Err : error });
}`,
)

export interface IcpTransfer {
  /** 32 bytes. */
  readonly to: Uint8Array
  readonly amount: bigint
  readonly fee: bigint
  readonly memo: bigint
  readonly fromSubaccount?: Uint8Array | undefined
  /** Nanoseconds since 1970: the ledger pays once for the same request. */
  readonly createdAtNs: bigint
}

/** Throws ServiceMissing. */
export async function readIcpBalance(agent: IcAgent, canisterId: CanisterId, account: Uint8Array): Promise<bigint> {
  const {e8s} = await service.query<{e8s: bigint}>(agent, {canisterId, method: 'account_balance', args: [{account}]})
  return e8s
}

/** Throws LedgerRefused, ServiceMissing. */
export async function transferIcp(agent: IcAgent, canisterId: CanisterId, transfer: IcpTransfer): Promise<Payment> {
  const {to, amount, fee, memo, fromSubaccount, createdAtNs} = transfer
  const argument = {
    memo,
    amount: {e8s: amount},
    fee: {e8s: fee},
    from_subaccount: toOpt(fromSubaccount),
    to,
    created_at_time: [{timestamp_nanos: createdAtNs}],
  }
  return toPayment(await service.update<Outcome<bigint>>(agent, {canisterId, method: 'transfer', args: [argument]}))
}
