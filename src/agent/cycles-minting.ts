/** The cycles minting canister: tells it of a payment in ICP, and gets what the payment was for. Source: digest system-canisters 6.2. */

import {accountIdentifier, subaccountOfPrincipal} from '../protocol/account-identifier.js'
import {type CanisterId, type Principal, parsePrincipal} from '../protocol/principal.js'
import {LedgerRefused, PaymentRefunded} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import {defineService, type Outcome, partsOf, type Refusal, toOpt} from './service.js'

export const CYCLES_MINTING_ID = parsePrincipal('rkp4c-7iaaa-aaaaa-aaaca-cai')

/** What a payment says it is for. */
export const PAYMENT_MEMO = {mintCycles: 0x544e494dn, createCanister: 0x41455243n, topUp: 0x50555054n} as const

const service = defineService(
  'Cycles minting canister',
  `
type error = variant {
  Refunded : record { reason : text; block_index : opt nat64 };
  Processing;
  TransactionTooOld : nat64;
  InvalidTransaction : text;
  Other : record { error_code : nat64; error_message : text };
};
type selection = variant { Subnet : record { subnet : principal }; Filter : record { subnet_type : opt text } };
service : {
  notify_top_up : (record { block_index : nat64; canister_id : principal }) -> (variant { Ok : nat; Err : error });
  notify_create_canister : (record {
    block_index : nat64; controller : principal; subnet_selection : opt selection; subnet_type : opt text;
  }) -> (variant { Ok : principal; Err : error });
  notify_mint_cycles : (record { block_index : nat64; to_subaccount : opt blob; deposit_memo : opt blob })
    -> (variant { Ok : record { block_index : nat; minted : nat; balance : nat }; Err : error });
  get_icp_xdr_conversion_rate : ()
    -> (record { data : record { xdr_permyriad_per_icp : nat64; timestamp_seconds : nat64 } }) query;
  get_subnet_types_to_subnets : () -> (record { data : vec record { text; vec principal } }) query;
}`,
)

/** How often, and after how long, a payment is asked for again that the minting canister is still working on. */
const MAX_ATTEMPTS = 10
const PAUSE_MS = 500

/** The account that a payment for somebody goes to. */
export function paymentAccount(beneficiary: Principal): Uint8Array {
  return accountIdentifier({owner: CYCLES_MINTING_ID, subaccount: subaccountOfPrincipal(beneficiary)})
}

/** Gives the cycles that the canister got. Safe to repeat. Throws PaymentRefunded, LedgerRefused, ServiceMissing. */
export async function notifyTopUp(agent: IcAgent, {blockIndex, canisterId}: {blockIndex: bigint; canisterId: CanisterId}): Promise<bigint> {
  return notify(agent, 'notify_top_up', {block_index: blockIndex, canister_id: canisterId})
}

export type SubnetSelection = {readonly subnet: Principal} | {readonly subnetType: string}

export interface CreationNotice {
  readonly blockIndex: bigint
  readonly controller: Principal
  readonly subnet?: SubnetSelection | undefined
}

/** Gives the canister that was made. Safe to repeat. Throws as `notifyTopUp`. */
export async function notifyCreateCanister(agent: IcAgent, {blockIndex, controller, subnet}: CreationNotice): Promise<CanisterId> {
  const argument = {
    block_index: blockIndex,
    controller,
    subnet_selection: subnet === undefined ? [] : [encodeSelection(subnet)],
    subnet_type: [],
  }
  return notify(agent, 'notify_create_canister', argument)
}

function encodeSelection(selection: SubnetSelection): object {
  return 'subnet' in selection ? {Subnet: {subnet: selection.subnet}} : {Filter: {subnet_type: [selection.subnetType]}}
}

export interface MintedCycles {
  /** Of the deposit, in the cycles ledger. */
  readonly blockIndex: bigint
  readonly minted: bigint
  /** Of the account, afterwards. */
  readonly balance: bigint
}

export interface MintNotice {
  readonly blockIndex: bigint
  readonly toSubaccount?: Uint8Array | undefined
  readonly depositMemo?: Uint8Array | undefined
}

/** The cycles go to the caller's account. Safe to repeat. Throws as `notifyTopUp`. */
export async function notifyMintCycles(agent: IcAgent, {blockIndex, toSubaccount, depositMemo}: MintNotice): Promise<MintedCycles> {
  const argument = {block_index: blockIndex, to_subaccount: toOpt(toSubaccount), deposit_memo: toOpt(depositMemo)}
  const {block_index, minted, balance} = await notify<{block_index: bigint; minted: bigint; balance: bigint}>(
    agent,
    'notify_mint_cycles',
    argument,
  )
  return {blockIndex: block_index, minted, balance}
}

/** Cycles for one e8. Throws ServiceMissing. */
export async function readCyclesPerE8(agent: IcAgent): Promise<bigint> {
  const call = {canisterId: CYCLES_MINTING_ID, method: 'get_icp_xdr_conversion_rate', args: []}
  const {data} = await service.query<{data: {xdr_permyriad_per_icp: bigint}}>(agent, call)
  // 10^8 e8s in an ICP, 10^12 cycles in an XDR, 10^4 permyriads in a whole: the powers cancel out.
  return data.xdr_permyriad_per_icp
}

export async function readSubnetTypes(agent: IcAgent): Promise<ReadonlyMap<string, readonly Principal[]>> {
  const call = {canisterId: CYCLES_MINTING_ID, method: 'get_subnet_types_to_subnets', args: []}
  const {data} = await service.query<{data: {_0_: string; _1_: Principal[]}[]}>(agent, call)
  return new Map(data.map(({_0_: type, _1_: subnets}) => [type, subnets]))
}

async function notify<T>(agent: IcAgent, method: string, argument: object): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await service.update<Outcome<T>>(agent, {canisterId: CYCLES_MINTING_ID, method, args: [argument]})
    if ('Ok' in outcome) return outcome.Ok
    if (!('Processing' in outcome.Err) || attempt === MAX_ATTEMPTS) throw refusalOf(outcome.Err)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

function refusalOf(refusal: Refusal): LedgerRefused | PaymentRefunded {
  const {kind, value, details} = partsOf(refusal)
  switch (kind) {
    case 'Refunded':
      return new PaymentRefunded(String(details.reason), (details.block_index as readonly bigint[])[0])
    case 'Processing':
      return new LedgerRefused('The cycles minting canister is still working on the payment: notify it again later.')
    case 'TransactionTooOld':
      return new LedgerRefused(`The payment is too old: the cycles minting canister knows blocks from ${value} on.`)
    case 'InvalidTransaction':
      return new LedgerRefused(`The cycles minting canister does not take the payment: ${value}`)
    default:
      return new LedgerRefused(`The cycles minting canister refused: ${details.error_message ?? kind}`)
  }
}
