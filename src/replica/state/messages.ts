/**
 * What travels between canisters, users and the management canister.
 *
 * Source: IC interface specification, "Abstract behavior", messages; digest "Call contexts and callbacks".
 */

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
