/** What an execution knows of its canister, its call and its subnet: plain data, taken before it starts. */

import type {CanisterId, Principal, SubnetId} from '../../protocol/principal.js'
import type {FeeTable} from '../cycles/fees.js'
import type {SenderInfo} from '../state/messages.js'
import type {ExecutionMode, TaskKind} from './modes.js'

export interface SandboxInput {
  readonly mode: ExecutionMode
  /** Set in mode `T`. */
  readonly task?: TaskKind
  readonly canister: CanisterFacts
  readonly call: CallFacts
  readonly subnet: SubnetFacts
}

export interface CanisterFacts {
  readonly id: CanisterId
  readonly version: bigint
  readonly status: 'running' | 'stopping' | 'stopped'
  readonly isWasm64: boolean
  readonly controllers: readonly Principal[]
  /** Sorted by name. */
  readonly environmentVariables: readonly {readonly name: string; readonly value: string}[]
  readonly globalTimerNs: bigint
  /** 0 for none. */
  readonly wasmMemoryLimitBytes: bigint
  /** Bytes in the canister log, overheads included. */
  readonly logBytes: number
  readonly account: AccountFacts
  /** Free slots of the queues to canisters that have used any; every other receiver has `maxFreeSlots`. */
  readonly freeSlots: ReadonlyMap<CanisterId, number>
  readonly maxFreeSlots: number
}

/** What the balance and the freezing limit follow from. */
export interface AccountFacts {
  /** Balance after the prepayment of this execution. */
  readonly cycles: bigint
  readonly reservedCycles: bigint
  readonly reservedCyclesLimit: bigint
  readonly freezingThresholdSeconds: bigint
  readonly computeAllocation: number
  readonly memoryAllocationBytes: bigint
  /** Heap, stable memory, code, snapshots, … without messages. */
  readonly memoryUsageBytes: bigint
  readonly messageMemoryBytes: bigint
}

/** The message executed and its call context. */
export interface CallFacts {
  readonly caller: Principal
  readonly senderInfo?: SenderInfo
  /** Argument of a call, or data of a reply. */
  readonly payload: Uint8Array
  /** `inspect_message` only. */
  readonly methodName?: string
  /** 0 in a reply callback. */
  readonly rejectCode?: number
  readonly rejectMessage?: string
  readonly isAnswered: boolean
  /** Attached by the caller and not accepted yet. */
  readonly availableCycles: bigint
  /** That came back with the response. */
  readonly refundedCycles: bigint
  /** 0 for guaranteed response. */
  readonly deadlineNs: bigint
  /** Of earlier executions of the same call context: performance counter 1. */
  readonly earlierInstructions: bigint
}

export interface SubnetFacts {
  readonly id: SubnetId
  readonly isSystem: boolean
  readonly timeNs: bigint
  readonly rootKeyDer: Uint8Array
  readonly fees: FeeTable
  /** Of an update and a callback: what a call prepays. */
  readonly messageInstructionLimit: bigint
  /** Bytes in use and in all; undefined where nothing limits them. */
  readonly memory?: {readonly usedBytes: bigint; readonly capacityBytes: bigint}
  /** Calls that may be made yet, and bytes their messages may occupy; undefined where nothing limits them. */
  readonly availableCallbacks?: number
  readonly availableMessageBytes?: number
  /** Names of the threshold keys that the network signs with. */
  readonly thresholdKeys: readonly string[]
  /** Given only to the canister that a user queries; called when the canister asks, as a certificate costs more than most queries. */
  readonly getDataCertificate?: () => Uint8Array | undefined
}
