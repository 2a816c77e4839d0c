/** What an execution gets from outside, and what it hands back, beside the change of the canister's own state. */

import type {CanisterId, Principal, SubnetId} from '../../protocol/principal.js'
import type {FeeTable} from '../cycles/fees.js'
import type {CallOrigin} from '../state/call-contexts.js'
import type {CallOutcome} from '../state/messages.js'
import type {Runtime} from './runtime.js'

/** Where executions take place: the same for all messages of one batch, or one query. */
export interface ExecutionEnvironment {
  /** Batch time, or for queries the time of the certified state. */
  readonly timeNs: bigint
  readonly height: number
  readonly subnetId: SubnetId
  /** DER, 133 bytes. */
  readonly rootKeyDer: Uint8Array
  readonly isSystemSubnet: boolean
  /** No debt of instructions from earlier installs: `SubnetRecord.hasFreeInstallRate`. */
  readonly hasFreeInstallRate?: boolean
  readonly fees: FeeTable
  readonly runtime: Runtime
  /** How long an execution runs in its first round and in each further one; where absent, it runs to its end. */
  readonly slices?: {readonly first: bigint; readonly further: bigint}
  /** Memory of the subnet in bytes: what is in use, and what there is. Nothing is limited where it is absent. */
  readonly subnetMemory?: {readonly usedBytes: bigint; readonly capacityBytes: bigint}
  /** Calls that canisters may still make, and bytes that guaranteed calls may still occupy: what `call_perform` answers 2 for. */
  readonly availableCallbacks?: number
  readonly availableMessageBytes?: number
  /** Names of the threshold keys the network signs with; `DEFAULT_THRESHOLD_KEYS` where absent. */
  readonly thresholdKeys?: readonly string[]
  /** For queries: CBOR certificate of `/canister/<self>/certified_data` and `/time`, made on demand. */
  readonly getDataCertificate?: (canisterId: CanisterId) => Uint8Array | undefined
}

/**
 * An answer to whoever opened a call context. The execution room routes it: to the ingress history, or to the caller's queue.
 * Reject texts are final: for a canister the error code stands before the text of a failed execution, as `msg_reject_msg` shows it.
 */
export interface Answer {
  readonly origin: CallOrigin
  readonly outcome: CallOutcome
  /** Cycles that were attached and not accepted. */
  readonly refund: bigint
}

/** After one message or task. The canister's state, its queues and its balance are already changed. */
export interface ExecutionResult {
  /** It goes on in a later round, as `CanisterState.longExecution`. */
  readonly isPaused?: true
  readonly instructions: bigint
  readonly answers: readonly Answer[]
  /** Set for tasks that failed, and for tracing: the error in the specification's words. */
  readonly error?: {readonly errorCode: string; readonly message: string}
}

export interface QueryCall {
  readonly caller: Principal
  readonly method: string
  readonly payload: Uint8Array
  readonly senderInfo?: {readonly info: Uint8Array; readonly signer: Principal}
}

export interface QueryResult {
  readonly outcome: CallOutcome
  readonly instructions: bigint
}
