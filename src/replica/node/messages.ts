/**
 * What the main thread and the execution worker say to each other. Plain data: everything here crosses threads by structured clone.
 *
 * The main thread holds bytes: sockets, pool, consensus, keys, the log. The worker holds the state. Batches go one way, roots and witnesses
 * the other; a batch is sent only after the one before it was certified, so the worker's state is either certified or one height ahead.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {ErrorCode} from '../../protocol/reject-codes.js'
import type {PendingOutcall} from '../adapters/http-outcalls.js'
import type {OutcallResult} from '../adapters/perform-outcall.js'
import type {CertificateUse} from '../certification/delegations.js'
import type {TraceEvent} from '../execution/execution-rooms.js'
import type {NextWake} from '../execution/next-wake.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {Batch, QueryStatsDelta} from '../messaging/batch.js'
import type {Ingress, MessageId, RejectCode, ResponsePayload} from '../state/messages.js'
import type {HttpOutcall} from '../state/replicated-state.js'
import type {KeptCheckpoint} from '../store/manifests.js'
import type {QueryRequest} from './admit-query.js'

/** Handed to the worker when it starts. */
export interface ExecutionSetup {
  readonly stateFolder: string
  readonly genesis: {readonly seed: Uint8Array; readonly createdAtNs: bigint; readonly systemCanisters?: string | undefined}
  /** For a replay that changes nothing on disk: begins from this kept checkpoint, 0 for genesis. */
  readonly replayFrom?: number
  /** Executed heights come with what was executed. */
  readonly trace?: boolean
}

/** How to execute a batch of the log. */
export interface ReplayCare {
  /** Ids of what is not to be executed. */
  readonly quarantined: readonly string[]
  /** The process may die of it: note what is executed. */
  readonly isCareful: boolean
}

/** Asked by somebody who waits for the answer. */
export type Question =
  | {readonly kind: 'filter'; readonly id: number; readonly ingress: Ingress; readonly use: CertificateUse}
  | {readonly kind: 'query'; readonly id: number; readonly request: QueryRequest; readonly nowNs: bigint}
  | {readonly kind: 'readState'; readonly id: number; readonly request: ReadRequest; readonly nowNs: bigint}
  /** What canisters there are, for people to look at. */
  | {readonly kind: 'canisters'; readonly id: number}
  /** Make the answer of an outcall from what was fetched. */
  | {readonly kind: 'finishOutcall'; readonly id: number; readonly request: HttpOutcall; readonly result: OutcallResult}

export type ToExecution =
  /** Several at once, for the same reason as `answers`. */
  | {readonly kind: 'questions'; readonly questions: readonly Question[]}
  | {readonly kind: 'execute'; readonly batch: Batch; readonly care?: ReplayCare}
  /** The root of this height is signed, and its batch is on disk: answers may show it. */
  | {readonly kind: 'certified'; readonly height: number; readonly signature: Uint8Array}
  /** Asks to be told when every long execution has used up its slice. */
  | {readonly kind: 'settle'; readonly id: number}
  /** Write a checkpoint of the current state; `anchor` is its block, which consensus goes on from. */
  | {readonly kind: 'checkpoint'; readonly id: number; readonly anchor: Uint8Array}
  /** Drop kept checkpoints below the height. */
  | {readonly kind: 'forget'; readonly id: number; readonly belowHeight: number}

/** A canister as the dashboard of a network shows it. */
export interface CanisterSummary {
  readonly canisterId: CanisterId
  readonly status: 'running' | 'stopping' | 'stopped'
  readonly balanceCycles: bigint
  readonly memoryBytes: bigint
  readonly hasModule: boolean
}

/** What the ingress filter said. */
export type FilterVerdict =
  | {readonly kind: 'accepted'}
  | {readonly kind: 'rejected'; readonly code: RejectCode; readonly errorCode: ErrorCode | string; readonly message: string}
  /** The history knows the message already; `certificate` proves its terminal status, when it has one. */
  | {readonly kind: 'known'; readonly certificate?: Uint8Array}

/** A request that a batch answered, with the hash tree (CBOR) that proves its status and the time. */
export interface AnsweredRequest {
  readonly id: MessageId
  readonly witness: Uint8Array
  /** CBOR of the delegations that belong to it, where the subnet is not the root. */
  readonly delegations?: {readonly flat: Uint8Array; readonly tree: Uint8Array}
}

/** What block making needs to know of the state after a batch; only what changed since the view before. */
export interface InductionViewChange {
  /** Balance above the freezing limit; undefined for a canister that no longer exists. */
  readonly canisters: readonly {readonly id: CanisterId; readonly spendableCycles: bigint | undefined}[]
  readonly historyAdded: readonly MessageId[]
  readonly historyRemoved: readonly MessageId[]
}

/** How the outcalls that the state waits for changed. */
export interface OutcallChange {
  readonly added: readonly PendingOutcall[]
  /** All that are pending now. */
  readonly pendingIds: readonly number[]
}

export interface Executed {
  readonly kind: 'executed'
  readonly height: number
  readonly timeNs: bigint
  readonly rootHash: Uint8Array
  readonly answered: readonly AnsweredRequest[]
  readonly view: InductionViewChange
  readonly wake: NextWake
  readonly outcalls: OutcallChange
  /** Of the queries answered since the batch before. */
  readonly queryStats: readonly QueryStatsDelta[]
  /** Of all messages and tasks of the batch. */
  readonly instructions: bigint
  /** Only when the setup asked for it. */
  readonly trace?: readonly TraceEvent[]
}

/** What a checkpoint left on disk. */
export interface Checkpointed {
  readonly height: number
  /** Ascending, this one included. */
  readonly kept: readonly KeptCheckpoint[]
}

/** The state as it was loaded: from the newest checkpoint, or genesis. */
export interface Ready {
  readonly kind: 'ready'
  readonly height: number
  readonly timeNs: bigint
  readonly rootHash: Uint8Array
  readonly view: InductionViewChange
  readonly wake: NextWake
  readonly outcalls: OutcallChange
  /** The block of the checkpoint; undefined at genesis. */
  readonly anchor: Uint8Array | undefined
  /** The newest checkpoint is damaged: what is wrong, and the height that the log has to lead to. */
  readonly fallenBack?: {readonly damage: string; readonly file: string; readonly fromHeight: number}
}

/** To the request with this id. */
export interface Answered {
  readonly id: number
  readonly value: FilterVerdict | ReadAnswer | ResponsePayload | readonly CanisterSummary[]
}

export type FromExecution =
  | Ready
  | Executed
  /** Several at once: waking the other thread costs more than a query. */
  | {readonly kind: 'answers'; readonly answers: readonly Answered[]}
  /** Every long execution has used up its slice. */
  | {readonly kind: 'settled'; readonly id: number}
  | ({readonly kind: 'checkpointed'; readonly id: number} & Checkpointed)
  | {readonly kind: 'forgotten'; readonly id: number}
  /** The worker cannot go on; it ends after this. */
  | {
      readonly kind: 'failed'
      readonly error: {readonly code: string; readonly message: string; readonly hints: readonly string[]; readonly stack?: string}
    }
