/**
 * Answers a query: authenticates, evaluates, signs with the node's key.
 *
 * Source: IC interface specification, "Request: Query call"; order of checks and texts: digest http-interface sections 5 and 8.
 */

import {concatBytes} from '../../base/bytes.js'
import {SELF_DESCRIBE_TAG, tagged} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {QueryContent} from '../../protocol/envelope.js'
import {type CanisterId, principalFromBytes, principalToBytes} from '../../protocol/principal.js'
import {hashOfMap, RESPONSE_SEPARATOR} from '../../protocol/request-id.js'
import type {QueryCall} from '../canister/environment.js'
import {textLabel} from '../certification/label-tree.js'
import {signEd25519} from '../crypto/keys.js'
import {evaluateQuery} from '../execution/queries.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {CallOutcome} from '../state/messages.js'
import {admitQuery, type QueryRequest} from './admit-query.js'
import type {CertifiedView} from './execution-core.js'

const CANISTER = textLabel('canister')
const CERTIFIED_DATA = textLabel('certified_data')

/** A composite query gets no longer than this. Digest execution-and-cycles section 8. */
const MAX_QUERY_MS = 10_000

export function answerQuery(view: CertifiedView, request: QueryRequest, nowNs: bigint): ReadAnswer {
  const {rootKeyDer: rootKey, subnetId} = view.keys
  const admitted = admitQuery(request, {nowNs, rootKey, subnetId})
  if ('kind' in admitted) return admitted
  const outcome = evaluate(view, admitted.content, request)
  return {kind: 'answered', body: encodeAnswer(view, outcome, admitted.requestIdBytes)}
}

function evaluate(
  {state, env, keys, queries, certify}: CertifiedView,
  content: QueryContent,
  {scope, delegation}: ReadRequest,
): CallOutcome {
  const getDataCertificate = (id: CanisterId): Uint8Array => certify([[CANISTER, id, CERTIFIED_DATA]], {scope, effectiveId: id, delegation})
  const {senderInfo} = content
  const call: QueryCall = {
    caller: content.sender,
    method: content.methodName,
    payload: content.arg,
    ...(senderInfo && {senderInfo: {info: senderInfo.info, signer: principalFromBytes(senderInfo.signer)}}),
  }
  const startedMs = performance.now()
  const isOverdue = (): boolean => performance.now() - startedMs > MAX_QUERY_MS
  const context = {state, env: {...env, getDataCertificate}, registry: keys.registry, isOverdue}
  const {outcome, records} = evaluateQuery(context, content.canisterId, call)
  queries.count(records)
  return outcome
}

function encodeAnswer({keys, state}: CertifiedView, outcome: CallOutcome, requestId: Uint8Array): Uint8Array {
  const result =
    outcome.kind === 'reply'
      ? {status: 'replied', reply: {arg: outcome.data}}
      : {status: 'rejected', reject_code: outcome.code, reject_message: outcome.message, error_code: outcome.errorCode}
  const hash = hashOfMap({...result, timestamp: state.timeNs, request_id: requestId})
  const signature = signEd25519(keys.node, concatBytes(RESPONSE_SEPARATOR, hash))
  const signatures = [{timestamp: state.timeNs, signature, identity: principalToBytes(keys.node.id)}]
  return encodeCbor(tagged(SELF_DESCRIBE_TAG, {...result, signatures}))
}
