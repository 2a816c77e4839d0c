/** What a round works with: its environment, and the rooms below as a table, so that a test can put its own in their place. */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {Answer, ExecutionEnvironment, ExecutionResult} from '../canister/environment.js'
import type {Registry} from '../registry/subnet-record.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, Request, Response} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'

export type CanisterTask = 'heartbeat' | 'globalTimer' | 'lowWasmMemory'

/** What became of a call to the management canister. `deferred`: the answer comes from a stop context, a pending call, or `answers`. */
export type ManagementStep = (
  | {readonly kind: 'reply'; readonly data: Uint8Array}
  | {readonly kind: 'reject'; readonly errorCode: string; readonly code: 1 | 2 | 3 | 4 | 5 | 6; readonly message: string}
  | {readonly kind: 'deferred'}
) & {
  /** Of the attached cycles, what is kept; the rest is refunded with the answer. */
  readonly acceptedCycles?: bigint
  /** Of other calls that this one answered, e.g. by uninstalling; `from` is the canister whose call contexts they were. */
  readonly answers?: readonly Answer[]
  readonly answersFrom?: CanisterId
  readonly instructions?: bigint
}

export interface ExecutionRooms {
  executeMessage(canister: CanisterState, message: Ingress | Request, env: ExecutionEnvironment): ExecutionResult
  executeResponse(canister: CanisterState, response: Response, env: ExecutionEnvironment): ExecutionResult
  executeTask(canister: CanisterState, task: CanisterTask, env: ExecutionEnvironment): ExecutionResult
  /** Drops code and memories and answers every open call context. */
  uninstallCode(canister: CanisterState): readonly Answer[]
  executeManagementCall(state: ReplicatedState, call: Ingress | Request, env: ExecutionEnvironment): ManagementStep
}

/** One executed message as plain data: `replay --trace`. */
export interface TraceEvent {
  readonly height: number
  readonly kind: 'ingress' | 'request' | 'response' | CanisterTask
  readonly caller: Principal
  readonly callee: CanisterId
  /** Empty for responses and tasks. */
  readonly method: string
  /** Attached, or refunded by a response. */
  readonly cycles: bigint
  readonly instructions: bigint
  /** `ok`, `replied`, or the error as `IC0503: text`. */
  readonly outcome: string
}

export interface RoundContext {
  readonly env: ExecutionEnvironment
  readonly registry: Registry
  readonly rooms: ExecutionRooms
  readonly trace?: (event: TraceEvent) => void
}
