/**
 * Anonymous calls to canisters over the HTTP interface of a replica.
 *
 * The gateway trusts its replica: both are parts of one local network. What browsers get is proven by the certification of responses.
 * Source: IC interface specification, "HTTPS interface".
 */

import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {decodeUtf8Lossy} from '../base/bytes.js'
import {readLeb128} from '../base/leb128.js'
import {asBytes, asMap, asNat, asText, type CborMap, decodeCbor, SELF_DESCRIBE_TAG, tagged} from '../protocol/cbor.js'
import {encodeCbor} from '../protocol/cbor-encode.js'
import {decodeCertificate} from '../protocol/certificate.js'
import {contentFields, type RequestContent} from '../protocol/envelope.js'
import {type HashTree, type Lookup, lookup, toPath} from '../protocol/hash-tree.js'
import {ANONYMOUS_PRINCIPAL, type CanisterId, principalToText} from '../protocol/principal.js'
import {hashOfMap} from '../protocol/request-id.js'
import type {ReplicaTransport, TransportAnswer} from './transport.js'

export interface Rejection {
  readonly kind: 'rejected'
  readonly code: number
  readonly message: string
}

export type CallResult =
  | {readonly kind: 'replied'; readonly arg: Uint8Array}
  | Rejection
  /** The replica did not take the request, or answered something else than the protocol says. */
  | {readonly kind: 'refused'; readonly status: number; readonly text: string}

export interface ReplicaClient {
  query(canisterId: CanisterId, methodName: string, arg: Uint8Array): Promise<CallResult>
  update(canisterId: CanisterId, methodName: string, arg: Uint8Array): Promise<CallResult>
  /** A public custom section of the module: its bytes, 'absent', or 'unreadable'. */
  readMetadata(canisterId: CanisterId, name: string): Promise<Uint8Array | 'absent' | 'unreadable'>
}

/** A replica takes messages that expire within five minutes; four leave room for clocks that differ. */
const EXPIRY_NS = 240_000_000_000n
const FIRST_POLL_MS = 20
const SLOWEST_POLL_MS = 1000

export function createReplicaClient(transport: ReplicaTransport, nowNs: () => bigint): ReplicaClient {
  const post = (version: string, canisterId: CanisterId, verb: string, content: RequestContent): Promise<TransportAnswer> =>
    transport(`/api/${version}/canister/${principalToText(canisterId)}/${verb}`, encodeEnvelope(content))
  const common = () => ({sender: ANONYMOUS_PRINCIPAL, ingressExpiryNs: nowNs() + EXPIRY_NS})

  const readState = (canisterId: CanisterId, path: readonly (string | Uint8Array)[]): Promise<TransportAnswer> =>
    post('v3', canisterId, 'read_state', {kind: 'read_state', ...common(), paths: [toPath(...path)]})

  /** Polls until the request has ended. */
  const waitForReply = async (canisterId: CanisterId, requestId: Uint8Array): Promise<CallResult> => {
    const end = nowNs() + EXPIRY_NS
    for (let pause = FIRST_POLL_MS; nowNs() < end; pause = Math.min(2 * pause, SLOWEST_POLL_MS)) {
      const answer = await readState(canisterId, ['request_status', requestId])
      if (answer.status !== 200) return refusal(answer)
      const result = requestStatus(certificateTree(answer), requestId)
      if (result) return result
      await sleep(pause)
    }
    return {kind: 'refused', status: 504, text: 'The canister did not answer in time.'}
  }

  return {
    async query(canisterId, methodName, arg) {
      const answer = await post('v3', canisterId, 'query', {kind: 'query', ...common(), canisterId, methodName, arg})
      return answer.status === 200 ? queryResult(answer) : refusal(answer)
    },
    async update(canisterId, methodName, arg) {
      const content: RequestContent = {kind: 'call', ...common(), nonce: randomBytes(16), canisterId, methodName, arg}
      const requestId = hashOfMap(contentFields(content))
      const answer = await post('v4', canisterId, 'call', content)
      if (answer.status === 202) return waitForReply(canisterId, requestId)
      if (answer.status !== 200) return refusal(answer)
      const map = asMap(decodeCbor(answer.body))
      if (map && asText(map.get('status')) === 'non_replicated_rejection') return rejection(map)
      return requestStatus(certificateTree(answer), requestId) ?? waitForReply(canisterId, requestId)
    },
    async readMetadata(canisterId, name) {
      const path = ['canister', Buffer.from(canisterId, 'hex'), 'metadata', name] as const
      const answer = await readState(canisterId, path)
      if (answer.status !== 200) return 'unreadable'
      const found = lookup(certificateTree(answer), toPath(...path))
      return found.kind === 'found' ? found.value : found.kind === 'absent' ? 'absent' : 'unreadable'
    },
  }
}

function encodeEnvelope(content: RequestContent): Uint8Array {
  return encodeCbor(tagged(SELF_DESCRIBE_TAG, {content: contentFields(content)}))
}

function queryResult({body}: TransportAnswer): CallResult {
  const map = asMap(decodeCbor(body))
  if (map && asText(map.get('status')) === 'rejected') return rejection(map)
  const arg = asBytes(asMap(map?.get('reply'))?.get('arg'))
  return arg ? {kind: 'replied', arg} : {kind: 'refused', status: 502, text: 'The answer of the replica has neither a reply nor a reject.'}
}

function rejection(map: CborMap): Rejection {
  return {kind: 'rejected', code: Number(asNat(map.get('reject_code')) ?? 0n), message: asText(map.get('reject_message')) ?? ''}
}

function refusal({status, body}: TransportAnswer): CallResult {
  return {kind: 'refused', status, text: decodeUtf8Lossy(body.subarray(0, 2000))}
}

/** Both a call and a read_state answer carry their certificate under this key. */
function certificateTree({body}: TransportAnswer): HashTree {
  const certificate = asBytes(asMap(decodeCbor(body))?.get('certificate'))
  return certificate ? decodeCertificate(certificate).tree : [0]
}

/** The end of a request, or undefined while it runs. */
function requestStatus(tree: HashTree, requestId: Uint8Array): CallResult | undefined {
  const find = (label: string): Lookup => lookup(tree, toPath('request_status', requestId, label))
  const status = find('status')
  switch (status.kind === 'found' ? decodeUtf8Lossy(status.value) : '') {
    case 'replied': {
      const reply = find('reply')
      return reply.kind === 'found' ? {kind: 'replied', arg: reply.value} : undefined
    }
    case 'rejected': {
      const code = find('reject_code')
      const message = find('reject_message')
      return {
        kind: 'rejected',
        code: code.kind === 'found' ? Number(readLeb128({bytes: code.value, offset: 0})) : 0,
        message: message.kind === 'found' ? decodeUtf8Lossy(message.value) : '',
      }
    }
    case 'done':
      return {kind: 'refused', status: 503, text: 'The network no longer knows the answer of the canister.'}
    default:
      return undefined
  }
}
