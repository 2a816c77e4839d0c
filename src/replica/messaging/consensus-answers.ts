/**
 * Answers that come from consensus: HTTPS outcalls, and randomness for `raw_rand`.
 *
 * A `raw_rand` call is answered from the random tape of a later height than the one it was taken at, or its result could be foreseen.
 * Source: digest execution-and-cycles section 4, "Randomness and time".
 */

import {bigEndian64, concatBytes, encodeUtf8, fromHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {responseTo} from '../execution/answers.js'
import {OUTCALL_TIMEOUT_NS} from '../execution/next-wake.js'
import type {Request, ResponsePayload} from '../state/messages.js'
import type {PendingSubnetCall, ReplicatedState} from '../state/replicated-state.js'
import type {Batch} from './batch.js'

/** Candid of one blob of 32 bytes: `"DIDL" ‖ 1 type: vec nat8 ‖ 1 value of type 0 ‖ length 32`; the bytes follow. */
const BLOB_32 = fromHex('4449444c016d7b010020')
const RAW_RAND_DOMAIN = encodeUtf8('raw_rand')

/** Of an outcall that no node's answer came for, or none that enough nodes agree on. Digest management-canister section 8. */
const TIMED_OUT: ResponsePayload = {kind: 'reject', code: 2, message: 'Canister http request timed out'}

/** Queues the answers for their callers; a response to a call that is not pending any more is passed over. */
export function answerPendingCalls(state: ReplicatedState, batch: Batch): void {
  if (state.pendingSubnetCalls.length === 0) return
  const responses = new Map(batch.consensusResponses.map(({id, payload}) => [id, payload]))
  const stillPending: PendingSubnetCall[] = []
  let draws = 0n
  for (const pending of state.pendingSubnetCalls) {
    if (pending.kind === 'http_request') {
      const payload = responses.get(pending.id)
      if (payload) answer(state, pending.call, payload, pending.refund)
      else if (pending.sinceNs + OUTCALL_TIMEOUT_NS <= batch.timeNs) answer(state, pending.call, TIMED_OUT, pending.refund)
      else stillPending.push(pending)
    } else if (pending.sinceHeight < batch.height) {
      const data = concatBytes(BLOB_32, drawRandom(batch.randomness, draws++))
      answer(state, pending.call, {kind: 'reply', data}, pending.call.cycles)
    } else stillPending.push(pending)
  }
  state.pendingSubnetCalls = stillPending
}

/** 32 bytes: `SHA-256(randomness ‖ "raw_rand" ‖ BE64(index))`. */
function drawRandom(randomness: Uint8Array, index: bigint): Uint8Array {
  return sha256(randomness, RAW_RAND_DOMAIN, bigEndian64(index))
}

function answer(state: ReplicatedState, call: Request, payload: ResponsePayload, refund: bigint): void {
  state.subnetOutput.push(responseTo(call, payload, refund))
}
