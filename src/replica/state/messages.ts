/**
 * What travels between canisters, users and the management canister.
 *
 * Source: IC interface specification, "Abstract behavior", messages; digest "Call contexts and callbacks".
 */

import {encodeUtf8} from '../../base/bytes.js'
import type {CanisterId, Principal} from '../../protocol/principal.js'

/** Reject codes 1 to 6 of the IC interface specification, "Reject codes". */
export type RejectCode = 1 | 2 | 3 | 4 | 5 | 6

/** 32 bytes in hexadecimal: the hash of an ingress message's content. */
export type MessageId = string & {readonly __brand: 'MessageId'}

/** Sequential per canister, from 1. */
export type CallContextId = number
/** Sequential per canister, from 1. */
export type CallbackId = number

/** Who signed on behalf of the sender, handed to the canister unread. IC interface specification 0.66, "sender_info". */
export interface SenderInfo {
  readonly info: Uint8Array
  readonly signer: Principal
}

/** A user's update call. */
export interface Ingress {
  readonly kind: 'ingress'
  readonly id: MessageId
  readonly sender: Principal
  /** The canister called; the management canister's id is empty. */
  readonly receiver: CanisterId
  /** The canister that pays and whose subnet executes; equals `receiver` but for the management canister. */
  readonly effectiveCanisterId: CanisterId
  readonly method: string
  readonly payload: Uint8Array
  readonly expiryNs: bigint
  readonly senderInfo?: SenderInfo
  /** Bytes of the whole envelope as posted: what induction charges for. */
  readonly sizeBytes: number
}

/** A call from one canister to another. */
export interface Request {
  readonly kind: 'request'
  readonly sender: CanisterId
  readonly receiver: CanisterId
  /** The sender's callback that the response goes to. */
  readonly callbackId: CallbackId
  readonly cycles: bigint
  readonly method: string
  readonly payload: Uint8Array
  /** Seconds since 1970 for a best-effort call, 0 for guaranteed response. */
  readonly deadlineSeconds: number
}

export type ResponsePayload =
  | {readonly kind: 'reply'; readonly data: Uint8Array}
  | {readonly kind: 'reject'; readonly code: RejectCode; readonly message: string}

/** The answer to a `Request`, with the cycles that were not accepted. */
export interface Response {
  readonly kind: 'response'
  readonly originator: CanisterId
  readonly respondent: CanisterId
  readonly callbackId: CallbackId
  readonly refund: bigint
  readonly payload: ResponsePayload
  readonly deadlineSeconds: number
}

export type CanisterMessage = Ingress | Request | Response

/** The terminal outcome of a call as its caller sees it. `errorCode` like `IC0503`; present on every reject that reaches a user. */
export type CallOutcome =
  | {readonly kind: 'reply'; readonly data: Uint8Array}
  | {readonly kind: 'reject'; readonly code: RejectCode; readonly message: string; readonly errorCode: string}

/** Largest payload of a call or response between canisters; the transmission of that much is prepaid for every response. */
export const MAX_PAYLOAD_BYTES = 2_097_152
/** Longest reject text that is delivered; longer ones lose their middle. Digest execution-and-cycles section 2, "Queues". */
export const MAX_REJECT_MESSAGE_BYTES = 8_192

/** Bytes a request is charged for: method name and payload. */
export function requestBytes(request: Pick<Request, 'method' | 'payload'>): number {
  return encodeUtf8(request.method).length + request.payload.length
}

/** Bytes a response is charged for: the reply, or one byte and the text of the reject. */
export function responseBytes(payload: ResponsePayload): number {
  return payload.kind === 'reply' ? payload.data.length : 1 + encodeUtf8(payload.message).length
}

/** Envelope of a stored message: ids, cycles, deadline. */
export const MESSAGE_OVERHEAD_BYTES = 128

/** Bytes that a message occupies in a queue. */
export function storedBytes(message: Request | Response): number {
  return MESSAGE_OVERHEAD_BYTES + (message.kind === 'request' ? requestBytes(message) : responseBytes(message.payload))
}
