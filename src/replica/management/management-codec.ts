/** Candid arguments and results of the management canister. */

import {decodeArgs} from '../../candid/decode.js'
import {encodeArgs} from '../../candid/encode.js'
import {findManagementMethod, managementInterface} from '../../candid/management.js'

export type DecodedArgs = {readonly kind: 'ok'; readonly args: unknown} | {readonly kind: 'malformed'; readonly message: string}

/** The method's one record argument, or `{}` for methods without. */
export function decodeManagementArgs(method: string, payload: Uint8Array): DecodedArgs {
  const type = findManagementMethod(method)
  if (!type) return {kind: 'malformed', message: `unknown method ${method}`}
  try {
    return {kind: 'ok', args: decodeArgs(payload, type.args, managementInterface().types)[0] ?? {}}
  } catch (error) {
    return {kind: 'malformed', message: error instanceof Error ? error.message : String(error)}
  }
}

export function encodeManagementReply(method: string, values: readonly unknown[]): Uint8Array {
  return encodeArgs(findManagementMethod(method)!.results, values, managementInterface().types)
}
