/** A cycles wallet: dfx's own, or icicle's small one. Source: Candid interface of the wallet, the methods that commands use. */

import type {CanisterId, Principal} from '../protocol/principal.js'
import {LedgerRefused} from './errors.js'
import type {IcAgent} from './ic-agent.js'
import {defineService, partsOf, type Refusal} from './service.js'

const service = defineService(
  'The wallet',
  `
type result = variant { Ok; Err : text };
service : {
  wallet_balance128 : () -> (record { amount : nat });
  wallet_send128 : (record { canister : principal; amount : nat }) -> (result);
  get_controllers : () -> (vec principal);
  get_custodians : () -> (vec principal);
  add_controller : (principal) -> ();
  remove_controller : (principal) -> (result);
  authorize : (principal) -> ();
  deauthorize : (principal) -> (result);
  name : () -> (opt text) query;
  set_name : (text) -> ();
}`,
)

export async function readWalletBalance(agent: IcAgent, canisterId: CanisterId): Promise<bigint> {
  const {amount} = await service.update<{amount: bigint}>(agent, {canisterId, method: 'wallet_balance128', args: []})
  return amount
}

/** Throws LedgerRefused. */
export async function sendFromWallet(
  agent: IcAgent,
  canisterId: CanisterId,
  {to, cycles}: {readonly to: CanisterId; readonly cycles: bigint},
): Promise<void> {
  const args = [{canister: to, amount: cycles}]
  const outcome = await service.update<Refusal>(agent, {canisterId, method: 'wallet_send128', args})
  const {kind, value} = partsOf(outcome)
  if (kind === 'Err') throw new LedgerRefused(`The wallet did not send the cycles: ${value}`)
}

export type WalletRole = 'controllers' | 'custodians'

export async function listWalletPeople(agent: IcAgent, canisterId: CanisterId, role: WalletRole): Promise<readonly Principal[]> {
  return service.update(agent, {canisterId, method: `get_${role}`, args: []})
}

export type WalletChange = 'add_controller' | 'remove_controller' | 'authorize' | 'deauthorize'

export async function changeWalletPeople(
  agent: IcAgent,
  canisterId: CanisterId,
  {change, principal}: {readonly change: WalletChange; readonly principal: Principal},
): Promise<void> {
  await service.update(agent, {canisterId, method: change, args: [principal]})
}

export async function readWalletName(agent: IcAgent, canisterId: CanisterId): Promise<string | undefined> {
  const [name] = await service.query<readonly string[]>(agent, {canisterId, method: 'name', args: []})
  return name
}

export async function setWalletName(agent: IcAgent, canisterId: CanisterId, name: string): Promise<void> {
  await service.update(agent, {canisterId, method: 'set_name', args: [name]})
}
