/** Asks a canister for a response: a query, and an update when the canister asks for one. */

import {CandidError} from '../candid/errors.js'
import type {CanisterId} from '../protocol/principal.js'
import {type Fault, fault, faultOfRejection, isFault} from './fault.js'
import {
  type CanisterRequest,
  type CanisterResponse,
  decodeResponse,
  decodeStreamedPart,
  encodeRequest,
  encodeUpdateRequest,
  type StreamPosition,
} from './http-interface.js'
import type {CallResult, ReplicaClient} from './replica-client.js'

export interface AskedResponse extends CanisterResponse {
  /** The answer of an update call has been agreed on by the network: nothing is left to verify. */
  readonly isReplicated: boolean
}

export async function askCanister(client: ReplicaClient, canisterId: CanisterId, request: CanisterRequest): Promise<AskedResponse | Fault> {
  const queried = readResult(await client.query(canisterId, 'http_request', encodeRequest(request)), decodeResponse)
  if (isFault(queried)) return queried
  if (!queried.isUpgrade) return checked({...queried, isReplicated: false})
  const updated = readResult(await client.update(canisterId, 'http_request_update', encodeUpdateRequest(request)), decodeResponse)
  return isFault(updated) ? updated : checked({...updated, isReplicated: true})
}

/** The next part of a streamed body. */
export async function askForPart(
  client: ReplicaClient,
  canisterId: CanisterId,
  position: StreamPosition,
): Promise<{readonly body: Uint8Array; readonly next: StreamPosition | undefined} | Fault> {
  if (position.canisterId !== canisterId)
    return fault('canister_response_invalid', 'The streaming callback belongs to another canister than the one that was asked.')
  return readResult(await client.query(canisterId, position.method, position.arg), (bytes) => decodeStreamedPart(bytes, position))
}

function readResult<T extends object>(result: CallResult, decode: (bytes: Uint8Array) => T): T | Fault {
  if (result.kind === 'rejected') return faultOfRejection(result)
  if (result.kind === 'refused') return refusalFault(result)
  try {
    return decode(result.arg)
  } catch (error) {
    if (!(error instanceof CandidError)) throw error
    return fault('canister_response_invalid', error.message)
  }
}

function refusalFault({status, text}: Extract<CallResult, {kind: 'refused'}>): Fault {
  if (status === 413) return fault('client_body_too_large', text)
  if (status === 429) return fault('load_shed', text)
  if (/canister.*(not found|does not exist)|canister_not_found/i.test(text)) return fault('canister_not_found', text)
  return fault('backend_error', `HTTP ${status}: ${text}`)
}

function checked(response: AskedResponse): AskedResponse | Fault {
  return response.status >= 200 && response.status <= 599
    ? response
    : fault('canister_response_invalid', `The canister answered with status ${response.status}, which cannot end a request.`)
}
