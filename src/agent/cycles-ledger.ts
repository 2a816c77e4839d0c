/**
 * The cycles ledger: creates canisters on real networks, paid from the caller's account.
 *
 * Source: Candid interface of the cycles ledger, `um5iw-rqaaa-aaaaq-qaaba-cai`.
 */

import {invariant} from '../base/invariant.js'
import {decodeArgs} from '../candid/decode.js'
import {parseDid} from '../candid/did.js'
import {encodeArgs} from '../candid/encode.js'
import {type CandidInterface, findMethod} from '../candid/types.js'
import {type CanisterId, parsePrincipal} from '../protocol/principal.js'
import {CanisterCreationRefused} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import {type CanisterSettings, encodeSettings} from './management.js'

export const CYCLES_LEDGER_ID = parsePrincipal('um5iw-rqaaa-aaaaq-qaaba-cai')

const DID = `
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
service : {
  create_canister : (create_args) -> (variant { Ok : record { block_id : nat; canister_id : principal }; Err : create_error });
}`

let parsed: CandidInterface | undefined

function ledgerInterface(): CandidInterface {
  parsed ??= parseDid(DID)
  return parsed
}

export interface LedgerCreation {
  /** Cycles taken from the account; the creation fee is part of them. */
  readonly amount: bigint
  readonly settings: CanisterSettings
  /** Nanoseconds since 1970: the ledger creates once for the same request. */
  readonly createdAtNs: bigint
}

type CreateError = Readonly<Record<string, null | Readonly<Record<string, unknown>>>>
type CreateResult = {readonly Ok: {readonly canister_id: CanisterId}} | {readonly Err: CreateError}

/** Throws CanisterCreationRefused, CallRejected. */
export async function createCanisterOnLedger(agent: IcAgent, {amount, settings, createdAtNs}: LedgerCreation): Promise<CanisterId> {
  const {types} = ledgerInterface()
  const method = findMethod(ledgerInterface(), 'create_canister')
  invariant(method, 'the interface above has create_canister')
  const argument = {
    from_subaccount: [],
    created_at_time: [createdAtNs],
    amount,
    creation_args: [{settings: [encodeSettings(settings)], subnet_selection: []}],
  }
  const arg = encodeArgs(method.args, [argument], types)
  const reply = await agent.update({canisterId: CYCLES_LEDGER_ID, method: 'create_canister', arg})
  const [result] = decodeArgs(reply, method.results, types) as unknown as [CreateResult]
  if ('Ok' in result) return result.Ok.canister_id
  const duplicate = (result.Err.Duplicate as {canister_id?: readonly CanisterId[]} | undefined)?.canister_id?.[0]
  if (duplicate !== undefined) return duplicate
  throw new CanisterCreationRefused(describeRefusal(result.Err))
}

function describeRefusal(error: CreateError): string {
  const [[kind, details] = ['unknown', null]] = Object.entries(error)
  switch (kind) {
    case 'InsufficientFunds':
      return `the account holds ${details?.balance} cycles, which is not enough.`
    case 'FailedToCreate':
      return `${details?.error} (the cycles were paid back, less the fee).`
    case 'GenericError':
      return String(details?.message)
    default:
      return `${kind}.`
  }
}
