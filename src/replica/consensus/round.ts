/** What the rules of consensus work on: the pool, this node, the time, and what is to come out of the step. */

import type {IngressPayloads} from '../ingress/payload-context.js'
import type {Batch, ConsensusResponse} from '../messaging/batch.js'
import type {Artifact, CatchUpPackage} from './artifacts.js'
import type {SealedBlock} from './block.js'
import type {ConsensusCrypto} from './crypto.js'
import type {ConsensusConfig} from './parameters.js'
import {faultsTolerated} from './parameters.js'
import type {Anchor, Pool} from './pool.js'
import type {QueryStatsPool} from './query-stats-pool.js'
import type {ResponsePool} from './responses.js'
import {type Aggregate, committeeKeyOf, type Hash, keyOf, MULTI_SIGNED, messageOf, type Statement} from './statements.js'

/** Why a round would be run: for nothing, for messages and answers that fit a block, or for time itself. */
export type Work = 'none' | 'payload' | 'block'

/** A batch with what the log keeps of it. */
export interface DeliveredBatch {
  readonly batch: Batch
  /** `encodeFinalBlock`: goes into the log before the batch's effects are shown to anyone. */
  readonly record: Uint8Array
  readonly block: SealedBlock
}

export interface Certification {
  readonly height: number
  readonly rootHash: Uint8Array
  /** Of the subnet's key, 48 bytes. */
  readonly signature: Uint8Array
}

export interface StepOutput {
  /** To be logged and executed, in this order. */
  readonly batches: readonly DeliveredBatch[]
  /** Newly certified states, in order of height. */
  readonly certifications: readonly Certification[]
  /** To be sent to all other nodes, after `batches` and this node's own ones (`isOwn`) are logged. */
  readonly artifacts: readonly Artifact[]
  readonly catchUp: CatchUpPackage | undefined
  /** A state of this node that differs from what the subnet certified: it must stop and sync. */
  readonly divergence: {readonly height: number; readonly own: Hash; readonly certified: Hash} | undefined
  /** A package too far ahead to be reached block by block: fetch its state, then `adopt`. */
  readonly syncTo: CatchUpPackage | undefined
  /** When to call `step` again though nothing happened; undefined for not before something does. */
  readonly wakeAtNs: bigint | undefined
}

export interface ExecutedState {
  readonly height: number
  readonly rootHash: Uint8Array
  /** At summary heights, of all the checkpoint covers. */
  readonly stateHash?: Uint8Array
}

export interface RoundParts {
  readonly config: ConsensusConfig
  readonly crypto: ConsensusCrypto
  readonly pool: Pool
  readonly payloads: IngressPayloads
  readonly responses: ResponsePool
  readonly queryStats: QueryStatsPool
}

type Mutable<T> = {-readonly [K in keyof T]: T[K]}

export class Round implements RoundParts {
  readonly config: ConsensusConfig
  readonly crypto: ConsensusCrypto
  readonly pool: Pool
  readonly payloads: IngressPayloads
  readonly responses: ResponsePool
  readonly queryStats: QueryStatsPool
  /** The number of the last batch given out. */
  deliveredHeight: number
  /** The newest height whose certification fits this node's own state. */
  certifiedHeight: number
  /** The newest summary block given out, which becomes a catch-up package. */
  summary: Anchor | undefined
  readonly executed = new Map<number, ExecutedState>()
  nowNs = 0n
  /** Before this node began at the root of its pool. */
  stoppedForNs = 0n
  work: Work = 'none'
  isHalted = false
  /** Signatures made before they were needed, by message in hexadecimal. */
  readonly signedAhead = new Map<string, Uint8Array>()
  /** The last beacon that follows from them. */
  beaconAhead: Aggregate | undefined
  readonly batches: DeliveredBatch[] = []
  readonly certifications: Certification[] = []
  readonly artifacts: Artifact[] = []
  #out: Mutable<Pick<StepOutput, 'catchUp' | 'divergence' | 'syncTo' | 'wakeAtNs'>> = NOTHING

  constructor(parts: RoundParts, certifiedHeight: number) {
    this.config = parts.config
    this.crypto = parts.crypto
    this.pool = parts.pool
    this.payloads = parts.payloads
    this.responses = parts.responses
    this.queryStats = parts.queryStats
    this.deliveredHeight = parts.pool.finalizedHeight
    this.certifiedHeight = certifiedHeight
  }

  get isAlone(): boolean {
    return this.config.nodes.length === 1
  }

  get faults(): number {
    return faultsTolerated(this.config.nodes.length)
  }

  /** Signs the statement, once, as this node. True when that was new. */
  share(statement: Statement): boolean {
    const {purpose, height, subject} = statement
    const {nodeId} = this.config
    if (this.pool.isKnown(statement) || this.pool.statements.hasShareOf(nodeId, purpose, height, subject)) return false
    const share = {kind: 'share', statement, signer: nodeId, signature: this.#sign(statement)} as const
    this.pool.statements.addShare(share)
    this.send(share)
    return true
  }

  send(artifact: Artifact): void {
    if (!this.isAlone) this.artifacts.push(artifact)
  }

  /** Asks for a step at that time, if none comes before. */
  wakeAt(timeNs: bigint): void {
    if (this.#out.wakeAtNs === undefined || timeNs < this.#out.wakeAtNs) this.report({wakeAtNs: timeNs})
  }

  report(part: Partial<Pick<StepOutput, 'catchUp' | 'divergence' | 'syncTo' | 'wakeAtNs'>>): void {
    this.#out = {...this.#out, ...part}
  }

  /** What came out since the last time. */
  takeOutput(): StepOutput {
    const output = {
      ...this.#out,
      batches: this.batches.splice(0),
      certifications: this.certifications.splice(0),
      artifacts: this.artifacts.splice(0),
    }
    this.#out = NOTHING
    return output
  }

  #sign(statement: Statement): Uint8Array {
    const message = messageOf(statement)
    if (MULTI_SIGNED.has(statement.purpose)) return this.crypto.sign(message)
    return this.signedAhead.get(keyOf(statement)) ?? this.crypto.signShare(committeeKeyOf(statement.purpose), message)
  }
}

const NOTHING = {catchUp: undefined, divergence: undefined, syncTo: undefined, wakeAtNs: undefined}

/** For the batch: what execution needs of an agreed response. */
export function withoutProof({id, payload}: ConsensusResponse): ConsensusResponse {
  return {id, payload}
}
