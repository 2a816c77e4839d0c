/** Call contexts and callbacks of one canister. Digest "Call contexts and callbacks"; IC interface specification, "Call contexts". */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {CallbackId, CallContextId, MessageId, SenderInfo} from './messages.js'

/** Who waits for the answer of a call context. */
export type CallOrigin =
  | {readonly kind: 'ingress'; readonly sender: Principal; readonly messageId: MessageId; readonly method: string}
  | {
      readonly kind: 'canister'
      readonly sender: CanisterId
      readonly callbackId: CallbackId
      readonly deadlineSeconds: number
      readonly method: string
    }
  | {readonly kind: 'task'}

export interface CallContext {
  readonly id: CallContextId
  readonly origin: CallOrigin
  /** What `msg_caller` gives in callbacks. */
  readonly caller: Principal
  readonly senderInfo?: SenderInfo
  readonly startTimeNs: bigint
  responded: boolean
  /** Set by uninstall and delete: late responses only bring refunds. */
  deleted: boolean
  /** Attached cycles not accepted yet; refunded with the answer. */
  availableCycles: bigint
  /** Of all executions so far: performance counter 1. */
  instructionsExecuted: bigint
}

/** A Wasm function with its environment: an index into table 0 and one argument. */
export interface Closure {
  readonly tableIndex: number
  readonly env: bigint
}

export interface Callback {
  readonly id: CallbackId
  readonly callContextId: CallContextId
  readonly respondent: CanisterId
  readonly cyclesSent: bigint
  /** Prepaid when calling: the execution of the callback, and the transmission of the largest response. */
  readonly prepaidExecutionCycles: bigint
  readonly prepaidTransmissionCycles: bigint
  readonly onReply: Closure
  readonly onReject: Closure
  readonly onCleanup?: Closure
  /** Seconds since 1970, 0 for guaranteed response. */
  readonly deadlineSeconds: number
}
