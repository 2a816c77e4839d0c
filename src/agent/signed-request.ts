/**
 * Requests signed now and sent later, maybe from another computer.
 *
 * Source: IC interface specification, "Authentication" and "HTTPS interface".
 */

import {concatBytes, decodeUtf8Lossy, toHex} from '../base/bytes.js'
import {asBytes, asMap, asText, type CborInput, decodeCbor, SELF_DESCRIBE_TAG, tagged} from '../protocol/cbor.js'
import {encodeCbor} from '../protocol/cbor-encode.js'
import {contentFields, type RequestContent} from '../protocol/envelope.js'
import {type Principal, principalToText} from '../protocol/principal.js'
import {hashOfMap, REQUEST_SEPARATOR} from '../protocol/request-id.js'
import {CallRejected, NetworkAnswerInvalid, NetworkUnreachable} from './errors.js'

export interface Signer {
  /** DER. */
  readonly publicKeyDer: Uint8Array
  /** `sender_delegation`, when the key acts for another one. */
  readonly delegation?: CborInput | undefined
  sign(message: Uint8Array): Uint8Array
}

export interface SignedRequest {
  /** Hexadecimal. */
  readonly requestId: string
  /** The whole envelope, CBOR. */
  readonly envelope: Uint8Array
}

/** Without a signer the envelope is one of the anonymous sender. */
export function signRequest(content: RequestContent, signer: Signer | undefined): SignedRequest {
  const fields = Object.fromEntries(Object.entries(contentFields(content)).filter(([, value]) => value !== undefined))
  const requestId = hashOfMap(fields)
  const signature = signer && {
    sender_pubkey: signer.publicKeyDer,
    sender_sig: signer.sign(concatBytes(REQUEST_SEPARATOR, requestId)),
    ...(signer.delegation === undefined ? {} : {sender_delegation: signer.delegation}),
  }
  const envelope = encodeCbor(tagged(SELF_DESCRIBE_TAG, {content: fields, ...signature} as CborInput))
  return {requestId: toHex(requestId), envelope}
}

export interface Delivery {
  /** Where the network answers. */
  readonly url: string
  readonly kind: 'call' | 'query' | 'read_state'
  readonly effectiveCanisterId: Principal
  readonly envelope: Uint8Array
}

/** Delivers an envelope. Gives the CBOR of the answer, empty for one that was only accepted. Throws NetworkUnreachable, NetworkAnswerInvalid. */
export async function sendEnvelope({url, kind, effectiveCanisterId, envelope}: Delivery): Promise<Uint8Array> {
  const address = `${url.replace(/\/+$/, '')}/api/v2/canister/${principalToText(effectiveCanisterId)}/${kind}`
  const response = await post(address, envelope)
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.ok) return body
  throw new NetworkAnswerInvalid(`${url} answered with HTTP status ${response.status}: ${decodeUtf8Lossy(body).trim()}`)
}

async function post(address: string, envelope: Uint8Array): Promise<Response> {
  try {
    return await fetch(address, {method: 'POST', body: new Uint8Array(envelope), headers: {'content-type': 'application/cbor'}})
  } catch (cause) {
    throw new NetworkUnreachable(new URL(address).origin, ['Check the address and your connection.'], cause)
  }
}

/** The reply of a query. Throws CallRejected, NetworkAnswerInvalid. */
export function readQueryAnswer(body: Uint8Array): Uint8Array {
  const answer = readMap(body)
  const reply = asBytes(asMap(answer.get('reply') ?? null)?.get('arg') ?? null)
  if (!reply) throw readRejection(body)
  return reply
}

/** Throws CallRejected when the network refused the call at once. */
export function refuseRejectedCall(body: Uint8Array): void {
  if (body.length > 0 && readMap(body).has('reject_code')) throw readRejection(body)
}

/** The certificate of a `read_state` answer. Throws NetworkAnswerInvalid. */
export function readCertificateBytes(body: Uint8Array): Uint8Array {
  const certificate = asBytes(readMap(body).get('certificate') ?? null)
  if (!certificate) throw new NetworkAnswerInvalid('The answer carries no certificate.')
  return certificate
}

function readRejection(body: Uint8Array): CallRejected {
  const answer = readMap(body)
  const text = (key: string): string | undefined => asText(answer.get(key) ?? null)
  return new CallRejected(Number(answer.get('reject_code') ?? 0), text('reject_message') ?? '', text('error_code'))
}

function readMap(body: Uint8Array): ReadonlyMap<unknown, ReturnType<typeof decodeCbor>> {
  try {
    const decoded = decodeCbor(body)
    const map = asMap(decoded) ?? asMap((decoded as {value?: ReturnType<typeof decodeCbor>} | null)?.value ?? null)
    if (map) return map
  } catch (cause) {
    throw new NetworkAnswerInvalid('The answer is not CBOR.', {cause})
  }
  throw new NetworkAnswerInvalid('The answer is not a CBOR map.')
}
