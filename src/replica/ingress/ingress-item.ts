/** An ingress message as pools and blocks hold it: as it was posted, and read. */

import {type CallContent, type Envelope, parseEnvelope} from '../../protocol/envelope.js'
import {type CanisterId, principalFromBytes} from '../../protocol/principal.js'
import type {Ingress, MessageId} from '../state/messages.js'

export interface IngressItem {
  readonly ingress: Ingress
  /** The bytes as posted; their signature is checked again by every node. */
  readonly envelope: Uint8Array
  /** The earliest of its expiry and those of its delegations. */
  readonly validUntilNs: bigint
}

/** Largest envelope. Source: digest http-interface section 5. */
export const MAX_INGRESS_BYTES = 2 * 1024 * 1024

const MAX_PRINCIPAL_BYTES = 29

/** Reads a call's envelope without looking at its signature; a string says what is wrong with it. */
export function decodeIngress(envelope: Uint8Array, effectiveCanisterId: CanisterId): IngressItem | string {
  const parsed = parseEnvelope(envelope, 'call')
  return parsed.ok ? toIngressItem(parsed.envelope, effectiveCanisterId) : parsed.message
}

/** The same from an envelope that was read already. */
export function toIngressItem(
  {content, requestId, delegations = [], bytes}: Envelope<CallContent>,
  effectiveCanisterId: CanisterId,
): IngressItem | string {
  const {senderInfo} = content
  if (senderInfo && senderInfo.signer.length > MAX_PRINCIPAL_BYTES) return 'The signer in sender_info is not a principal.'
  const ingress: Ingress = {
    kind: 'ingress',
    id: requestId as string as MessageId,
    sender: content.sender,
    receiver: content.canisterId,
    effectiveCanisterId,
    method: content.methodName,
    payload: content.arg,
    expiryNs: content.ingressExpiryNs,
    sizeBytes: bytes.length,
    ...(senderInfo && {senderInfo: {info: senderInfo.info, signer: principalFromBytes(senderInfo.signer)}}),
  }
  const expiries = delegations.map(({delegation}) => delegation.expirationNs)
  const validUntilNs = expiries.reduce((least, expiry) => (expiry < least ? expiry : least), ingress.expiryNs)
  return {ingress, envelope: bytes, validUntilNs}
}
