/**
 * The signed envelope of a request, from bytes to types.
 *
 * Source: IC interface specification, "Authentication", "Request: Call", "Request: Query", "Request: Read state"; error texts: the
 * reference implementation.
 */

import {toHex} from '../base/bytes.js'
import {type CborValue, decodeCbor} from './cbor.js'
import {CborError} from './errors.js'
import {expectArray, expectBytes, expectMap, Fields, ShapeError} from './fields.js'
import {type CanisterId, type Principal, PrincipalError, principalFromBytes, principalToBytes} from './principal.js'
import {hashOfMap, type RequestId, requestIdFromBytes} from './request-id.js'

/** `request_type` of the content. */
export type RequestKind = 'call' | 'query' | 'read_state'

interface CommonContent {
  readonly sender: Principal
  readonly ingressExpiryNs: bigint
  readonly nonce?: Uint8Array
}

interface MethodContent extends CommonContent {
  readonly canisterId: CanisterId
  readonly methodName: string
  readonly arg: Uint8Array
  readonly senderInfo?: SenderInfo
}

export interface CallContent extends MethodContent {
  readonly kind: 'call'
}

export interface QueryContent extends MethodContent {
  readonly kind: 'query'
}

export interface ReadStateContent extends CommonContent {
  readonly kind: 'read_state'
  readonly paths: readonly (readonly Uint8Array[])[]
}

/** What a canister that signs for its users says about the sender; `sig` is a canister signature over `info`. */
export interface SenderInfo {
  readonly info: Uint8Array
  readonly signer: Uint8Array
  readonly sig: Uint8Array
}

export type RequestContent = CallContent | QueryContent | ReadStateContent

export interface Delegation {
  /** DER. */
  readonly pubkey: Uint8Array
  readonly expirationNs: bigint
  /** Raw principals. */
  readonly targets?: readonly Uint8Array[]
  readonly permissions?: 'queries' | 'all'
}

export interface SignedDelegation {
  readonly delegation: Delegation
  readonly signature: Uint8Array
}

export interface Envelope<C extends RequestContent = RequestContent> {
  readonly content: C
  readonly requestId: RequestId
  readonly requestIdBytes: Uint8Array
  /** Both or none of key and signature are present; delegations only with them. */
  readonly senderPubkey?: Uint8Array
  readonly senderSig?: Uint8Array
  readonly delegations?: readonly SignedDelegation[]
  /** The bytes it was parsed from. */
  readonly bytes: Uint8Array
}

export type ParsedEnvelope<C extends RequestContent> =
  | {readonly ok: true; readonly envelope: Envelope<C>}
  | {readonly ok: false; readonly message: string}

interface ContentOfKind {
  readonly call: CallContent
  readonly query: QueryContent
  readonly read_state: ReadStateContent
}

/** A request whose parts do not fit together. */
class MalformedRequest extends Error {}

/** Parses an envelope of the wanted kind; a failure carries the text of the 400 answer. Signatures are not looked at. */
export function parseEnvelope<K extends RequestKind>(bytes: Uint8Array, kind: K): ParsedEnvelope<ContentOfKind[K]> {
  try {
    return {ok: true, envelope: readEnvelope(bytes, kind)}
  } catch (error) {
    if (error instanceof CborError || error instanceof ShapeError)
      return {ok: false, message: `Failed to deserialize cbor request: ${error.message}`}
    if (!(error instanceof MalformedRequest)) throw error
    const prefix = kind === 'call' ? 'Could not parse body as call message' : 'Malformed request'
    return {ok: false, message: `${prefix}: ${error.message}`}
  }
}

function readEnvelope<K extends RequestKind>(bytes: Uint8Array, kind: K): Envelope<ContentOfKind[K]> {
  const map = expectMap(decodeCbor(bytes), 'envelope')
  const fields = new Fields(map)
  const content = readContent(new Fields(fields.map('content')), kind)
  const senderPubkey = fields.findBytes('sender_pubkey')
  const senderSig = fields.findBytes('sender_sig')
  const delegations = fields.findArray('sender_delegation')?.map(readSignedDelegation)
  if (!senderPubkey !== !senderSig || (delegations && !senderPubkey)) {
    const parts = [describeBlob(senderPubkey), describeBlob(senderSig), delegations ? `Some(${delegations.length} delegations)` : 'None']
    throw new MalformedRequest(`missing pubkey or signature: Got (${parts.join(', ')})`)
  }
  const requestIdBytes = hashOfMap(contentFields(content))
  return {
    content: content as ContentOfKind[K],
    requestId: requestIdFromBytes(requestIdBytes),
    requestIdBytes,
    ...(senderPubkey && {senderPubkey, senderSig: senderSig!}),
    ...(delegations && {delegations}),
    bytes,
  }
}

/** Hashable and encodable. */
export interface ContentFields {
  readonly [key: string]: ContentField | undefined
}
type ContentField = Uint8Array | string | bigint | readonly (readonly Uint8Array[])[] | {readonly [key: string]: Uint8Array}

/** The content as its map of fields: what the request id hashes and what a client sends as CBOR. */
export function contentFields(content: RequestContent): ContentFields {
  const {kind, sender, ingressExpiryNs, nonce} = content
  const common = {request_type: kind, sender: principalToBytes(sender), ingress_expiry: ingressExpiryNs, nonce}
  if (kind === 'read_state') return {...common, paths: content.paths}
  const {canisterId, methodName, arg, senderInfo} = content
  return {...common, canister_id: principalToBytes(canisterId), method_name: methodName, arg, sender_info: senderInfo && {...senderInfo}}
}

function readContent(fields: Fields, kind: RequestKind): RequestContent {
  const requestType = fields.text('request_type')
  if (requestType !== kind) throw new ShapeError(`unknown variant \`${requestType.slice(0, 80)}\`, expected \`${kind}\``)
  const nonce = fields.findBytes('nonce')
  const rawSender = fields.bytes('sender')
  const ingressExpiryNs = fields.nat64('ingress_expiry')
  const optionalNonce = nonce ? {nonce} : {}
  if (kind === 'read_state') {
    const paths = fields.array('paths').map((path) => expectArray(path, 'paths').map((label) => expectBytes(label, 'paths')))
    return {kind, sender: toPrincipal(rawSender, 'sender'), ingressExpiryNs, ...optionalNonce, paths}
  }
  const rawCanisterId = fields.bytes('canister_id')
  const methodName = fields.text('method_name')
  const arg = fields.bytes('arg')
  const senderInfo = fields.findMap('sender_info')
  return {
    kind,
    sender: toPrincipal(rawSender, 'sender'),
    ingressExpiryNs,
    ...optionalNonce,
    canisterId: toPrincipal(rawCanisterId, 'canister_id'),
    methodName,
    arg,
    ...(senderInfo && {senderInfo: readSenderInfo(new Fields(senderInfo))}),
  }
}

function readSenderInfo(fields: Fields): SenderInfo {
  return {info: fields.bytes('info'), signer: fields.bytes('signer'), sig: fields.bytes('sig')}
}

function readSignedDelegation(value: CborValue): SignedDelegation {
  const fields = new Fields(expectMap(value, 'sender_delegation'))
  const delegation = new Fields(fields.map('delegation'))
  const targets = delegation.findArray('targets')?.map((target) => expectBytes(target, 'targets'))
  const permissions = delegation.findText('permissions')
  if (permissions !== undefined && permissions !== 'queries' && permissions !== 'all')
    throw new ShapeError(`unknown variant \`${permissions.slice(0, 80)}\`, expected \`queries\` or \`all\``)
  return {
    delegation: {
      pubkey: delegation.bytes('pubkey'),
      expirationNs: delegation.nat64('expiration'),
      ...(targets && {targets}),
      ...(permissions && {permissions}),
    },
    signature: fields.bytes('signature'),
  }
}

function toPrincipal(bytes: Uint8Array, field: string): Principal {
  try {
    return principalFromBytes(bytes)
  } catch (error) {
    if (!(error instanceof PrincipalError)) throw error
    throw new MalformedRequest(`invalid principal id: Converting ${field} ${toHex(bytes).slice(0, 80)} failed with ${error.message}`)
  }
}

function describeBlob(bytes: Uint8Array | undefined): string {
  return bytes ? `Some(Blob{${bytes.length} bytes;${toHex(bytes.subarray(0, 40))}})` : 'None'
}
