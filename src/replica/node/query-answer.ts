/**
 * Answers a query: authenticates, evaluates, signs with the node's key.
 *
 * Source: IC interface specification, "Request: Query call"; order of checks and texts: digest http-interface sections 5 and 8.
 */

import {concatBytes} from '../../base/bytes.js'
import {SELF_DESCRIBE_TAG, tagged} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {parseEnvelope, type QueryContent} from '../../protocol/envelope.js'
import {type CanisterId, principalFromBytes, principalToBytes} from '../../protocol/principal.js'
import {hashOfMap, RESPONSE_SEPARATOR} from '../../protocol/request-id.js'
import type {QueryCall} from '../canister/environment.js'
import {textLabel} from '../certification/label-tree.js'
import {authenticate} from '../crypto/authenticate.js'
import {signEd25519} from '../crypto/keys.js'
import {evaluateQuery} from '../execution/queries.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {CallOutcome} from '../state/messages.js'
import {findUrlFault} from './effective-id.js'
import type {CertifiedView} from './execution-core.js'

const CANISTER = textLabel('canister')
const CERTIFIED_DATA = textLabel('certified_data')

export function answerQuery(view: CertifiedView, request: ReadRequest, nowNs: bigint): ReadAnswer {
  const parsed = parseEnvelope(request.body, 'query')
  if (!parsed.ok) return {kind: 'refused', status: 400, text: parsed.message}
  const {content, requestIdBytes} = parsed.envelope
  const urlFault = findUrlFault(content, request, view.keys.subnetId)
  if (urlFault !== undefined) return {kind: 'refused', status: 400, text: urlFault}
  const authentication = authenticate(parsed.envelope, {nowNs, rootKey: view.keys.rootKeyDer})
  if (!authentication.ok) return {kind: 'refused', status: 400, text: authentication.message}
  const outcome = evaluate(view, content, request)
  return {kind: 'answered', body: encodeAnswer(view, outcome, requestIdBytes)}
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
  const {outcome, records} = evaluateQuery({state, env: {...env, getDataCertificate}, registry: keys.registry}, content.canisterId, call)
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
