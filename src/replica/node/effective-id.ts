/** Whether the id in the URL is the one the request is about. IC interface specification, "Effective canister id", "Effective subnet id". */

import type {CallContent, QueryContent} from '../../protocol/envelope.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, type Principal, principalToText, type SubnetId} from '../../protocol/principal.js'
import {findEffectiveCanisterId} from '../management/effective-canister-id.js'

export interface RequestUrl {
  readonly scope: 'canister' | 'subnet'
  readonly effectiveId: Principal
}

/** What may be asked of a subnet instead of a canister. */
const SUBNET_METHODS = {call: ['create_canister', 'provisional_create_canister_with_cycles'], query: ['list_canisters']}

/** The text of the 400 answer, or undefined when the ids fit. */
export function findUrlFault(
  content: CallContent | QueryContent,
  {scope, effectiveId}: RequestUrl,
  subnetId: SubnetId,
): string | undefined {
  return scope === 'subnet' ? findSubnetFault(content, effectiveId, subnetId) : findCanisterFault(content, effectiveId)
}

function findCanisterFault({canisterId, methodName, arg}: CallContent | QueryContent, urlId: Principal): string | undefined {
  const expected = canisterId === MANAGEMENT_CANISTER_ID ? findEffectiveCanisterId(methodName, arg) : canisterId
  return expected === undefined || expected === 'any' || expected === urlId ? undefined : mismatch(expected, urlId)
}

function findSubnetFault(
  {kind, canisterId, methodName}: CallContent | QueryContent,
  urlId: Principal,
  subnetId: SubnetId,
): string | undefined {
  if (urlId !== subnetId)
    return `Specified SubnetId ${principalToText(subnetId)} does not match effective subnet id in URL ${principalToText(urlId)}`
  if (canisterId === MANAGEMENT_CANISTER_ID && SUBNET_METHODS[kind].includes(methodName)) return undefined
  return `Only ${SUBNET_METHODS[kind].join(' and ')} of the management canister can be sent to a subnet`
}

function mismatch(expected: CanisterId, urlId: Principal): string {
  return `Specified CanisterId ${principalToText(expected)} does not match effective canister id in URL ${principalToText(urlId)}`
}
