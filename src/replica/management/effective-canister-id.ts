/** The canister that a call to `aaaaa-aa` is about: its id stands in the URL, it pays, its subnet executes. IC interface specification, "Effective canister id". */

import type {CanisterId} from '../../protocol/principal.js'
import {decodeManagementArgs} from './management-codec.js'

/**
 * `any` for methods that create canisters or list them: any id of the subnet will do. Undefined when the method has none or its argument
 * cannot be decoded.
 */
export function findEffectiveCanisterId(method: string, payload: Uint8Array): CanisterId | 'any' | undefined {
  if (method === 'create_canister' || method === 'provisional_create_canister_with_cycles' || method === 'list_canisters') return 'any'
  const decoded = decodeManagementArgs(method, payload)
  if (decoded.kind === 'malformed') return undefined
  const args = decoded.args as {readonly canister_id?: CanisterId; readonly target_canister?: CanisterId}
  return method === 'install_chunked_code' ? args.target_canister : args.canister_id
}
