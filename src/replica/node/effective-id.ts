/** Whether the id in the URL is the one the request is about. IC interface specification, "Effective canister id". */

import type {CallContent, QueryContent} from '../../protocol/envelope.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID, type Principal, principalToText} from '../../protocol/principal.js'
import {findEffectiveCanisterId} from '../management/effective-canister-id.js'

/** The text of the 400 answer, or undefined when the ids fit. */
export function findUrlFault(content: CallContent | QueryContent, urlId: Principal): string | undefined {
  const {canisterId, methodName, arg} = content
  const expected = canisterId === MANAGEMENT_CANISTER_ID ? findEffectiveCanisterId(methodName, arg) : canisterId
  return expected === undefined || expected === 'any' || expected === urlId ? undefined : mismatch(expected, urlId)
}

function mismatch(expected: CanisterId, urlId: Principal): string {
  return `Specified CanisterId ${principalToText(expected)} does not match effective canister id in URL ${principalToText(urlId)}`
}
