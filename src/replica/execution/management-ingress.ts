/** What is known of a user's call to the management canister before it is executed: whether it may be made that way, and who pays. */

import type {CanisterId} from '../../protocol/principal.js'
import {findEffectiveCanisterId} from '../management/effective-canister-id.js'
import {decodeManagementArgs} from '../management/management-codec.js'
import {findMethodSpec} from '../management/methods.js'

export type ManagementIngress =
  | {readonly kind: 'unknown_method'}
  | {readonly kind: 'not_for_users'}
  | {readonly kind: 'malformed'; readonly message: string}
  /** Without `payer` for methods that name no existing canister: they are free. */
  | {readonly kind: 'valid'; readonly payer: CanisterId | undefined}

export function examineManagementIngress(method: string, payload: Uint8Array): ManagementIngress {
  const spec = findMethodSpec(method)
  if (!spec) return {kind: 'unknown_method'}
  if (spec.via !== 'ingressAndCanister') return {kind: 'not_for_users'}
  const decoded = decodeManagementArgs(method, payload)
  if (decoded.kind === 'malformed') return {kind: 'malformed', message: decoded.message}
  const payer = findEffectiveCanisterId(method, payload)
  return {kind: 'valid', payer: payer === 'any' ? undefined : payer}
}
