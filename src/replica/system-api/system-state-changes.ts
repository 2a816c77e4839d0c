/** What an execution did to the system's side of its canister: applied when it succeeds, dropped when it traps (all but the log). */

import type {CanisterId} from '../../protocol/principal.js'
import type {Closure} from '../state/call-contexts.js'

export interface SystemStateChanges {
  readonly answer?: SandboxAnswer
  /** In the order of `call_perform`. */
  readonly calls: readonly PerformedCall[]
  readonly cycles: CyclesChanges
  /** New content, up to 32 bytes. */
  readonly certifiedData?: Uint8Array
  readonly globalTimerNs?: bigint
  /** `accept_message` was called. */
  readonly isMessageAccepted: boolean
}

export type SandboxAnswer = {readonly kind: 'reply'; readonly data: Uint8Array} | {readonly kind: 'reject'; readonly message: string}

export interface CyclesChanges {
  /** Moved from the call context to the balance. */
  readonly accepted: bigint
  readonly burned: bigint
  /** By the cycles minting canister. */
  readonly minted: bigint
  /** Moved from the balance to the reserve, for storage. */
  readonly reserved: bigint
}

export interface PerformedCall {
  readonly receiver: CanisterId
  readonly method: string
  readonly payload: Uint8Array
  /** Taken from the balance, like the three prepayments. */
  readonly cycles: bigint
  readonly requestCycles: bigint
  readonly responseTransmissionCycles: bigint
  readonly responseExecutionCycles: bigint
  /** 0 for guaranteed response. */
  readonly deadlineSeconds: number
  readonly onReply: Closure
  readonly onReject: Closure
  readonly onCleanup?: Closure
}
