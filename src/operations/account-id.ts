/** Account identifiers of people, canisters and principals. */

import {accountIdentifier, subaccountOfPrincipal} from '../protocol/account-identifier.js'
import type {Principal} from '../protocol/principal.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'

export interface AccountQuestion {
  /** Undefined: the caller. */
  readonly principal?: Principal | undefined
  /** Name or id of a canister. */
  readonly canister?: string | undefined
  readonly subaccount?: Uint8Array | undefined
  readonly subaccountFromPrincipal?: Principal | undefined
}

/** `ledger account-id`; asks no network. Throws CanisterUnknown. */
export function findAccountId(
  context: ProjectContext,
  {principal, canister, subaccount, subaccountFromPrincipal}: AccountQuestion,
): Uint8Array {
  const owner = canister === undefined ? (principal ?? context.identity().principal) : getCanisterId(context, canister).id
  const chosen = subaccountFromPrincipal === undefined ? subaccount : subaccountOfPrincipal(subaccountFromPrincipal)
  return accountIdentifier({owner, subaccount: chosen})
}
