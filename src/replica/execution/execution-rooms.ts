/** What a round works with: its environment, and the rooms below as a table, so that a test can put its own in their place. */

import type {CanisterId, Principal} from '../../protocol/principal.js'
import type {Answer, ExecutionEnvironment, ExecutionResult} from '../canister/environment.js'
import type {ManagementEnvironment, ManagementExecution} from '../management/execute-management-call.js'
import type {Registry} from '../registry/subnet-record.js'
import type {CanisterState} from '../state/canister-state.js'
import type {Ingress, Request, Response} from '../state/messages.js'
import type {ManagementIngress} from './management-ingress.js'

export type CanisterTask = 'heartbeat' | 'globalTimer' | 'lowWasmMemory'

export interface ExecutionRooms {
  executeMessage(canister: CanisterState, message: Ingress | Request, env: ExecutionEnvironment): ExecutionResult
  executeResponse(canister: CanisterState, response: Response, env: ExecutionEnvironment): ExecutionResult
  executeTask(canister: CanisterState, task: CanisterTask, env: ExecutionEnvironment): ExecutionResult
  resumeMessage(canister: CanisterState, env: ExecutionEnvironment): ExecutionResult
  /** Drops code and memories and answers every open call context. */
  uninstallCode(canister: CanisterState): readonly Answer[]
  executeManagementCall(where: Omit<ManagementEnvironment, 'chainKeySeed'>, call: Ingress | Request): ManagementExecution
  resumeManagementCall(where: Omit<ManagementEnvironment, 'chainKeySeed'>, canister: CanisterState): ManagementExecution
  examineManagementIngress(method: string, payload: Uint8Array): ManagementIngress
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
  /** A checkpoint is due that consensus makes: no execution may be under way. */
  readonly isSummary: boolean
  readonly trace?: (event: TraceEvent) => void
}
