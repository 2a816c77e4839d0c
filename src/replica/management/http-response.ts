/**
 * From what a node fetched to the answer of `http_request`: the transform, its limits, and Candid.
 *
 * Every node does this for its own attempt; what is the same afterwards can be agreed on. Source: digest management-canister section 8.
 */

import {parseDid} from '../../candid/did.js'
import {encodeArgs} from '../../candid/encode.js'
import {type CandidInterface, findMethod} from '../../candid/types.js'
import {principalToText} from '../../protocol/principal.js'
import type {ExecutionEnvironment} from '../canister/environment.js'
import {executeTransform} from '../canister/execute-query.js'
import type {ResponsePayload} from '../state/messages.js'
import type {HttpOutcall, ReplicatedState} from '../state/replicated-state.js'

/** What was fetched, or why nothing was. */
export type OutcallResult =
  | {
      readonly kind: 'response'
      readonly response: {
        readonly status: number
        readonly headers: readonly {readonly name: string; readonly value: string}[]
        readonly body: Uint8Array
      }
    }
  | {readonly kind: 'reject'; readonly code: 1 | 2; readonly message: string}

const TRANSFORM_DID = `
type header = record { name : text; value : text };
type response = record { status : nat; headers : vec header; body : blob };
service : {
  plain : () -> (response);
  transform : (record { response : response; context : blob }) -> (response);
}`

let parsed: CandidInterface | undefined

/** `state` and `env` are those that queries see. */
export function finishOutcall(
  {state, env}: {readonly state: ReplicatedState; readonly env: ExecutionEnvironment},
  {transform, sender, maxResponseBytes}: HttpOutcall,
  result: OutcallResult,
): ResponsePayload {
  if (result.kind === 'reject') return result
  const {status, headers, body} = result.response
  const response = {status: BigInt(status), headers, body}
  if (!transform) return {kind: 'reply', data: encode('plain', response)}
  const canister = state.canisters.get(sender)
  if (!canister) return {kind: 'reject', code: 3, message: `Canister ${principalToText(sender)} not found`}
  const payload = encode('transform', {response, context: transform.context})
  const {outcome} = executeTransform(canister, transform.method, payload, env)
  if (outcome.kind === 'reject') return {kind: 'reject', code: outcome.code, message: outcome.message}
  if (outcome.data.length <= maxResponseBytes) return outcome
  return {
    kind: 'reject',
    code: 1,
    message: `Transformed http response exceeds limit: ${outcome.data.length} bytes are more than ${maxResponseBytes}`,
  }
}

/** As the result of `plain`, or as the argument of a transform function. */
function encode(method: 'plain' | 'transform', value: unknown): Uint8Array {
  parsed ??= parseDid(TRANSFORM_DID)
  const {args, results} = findMethod(parsed, method)!
  return encodeArgs(method === 'plain' ? results : args, [value], parsed.types)
}
