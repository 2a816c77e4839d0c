/**
 * Consensus of one node, as a state machine: artifacts, executed states and time go in; batches, certifications and artifacts for the
 * others come out. It holds no clock, does no I/O and waits for nothing: the driver calls `step` when something came in, or when the
 * time it was told has come.
 *
 * With one node every quorum is one and every delay zero: a single step proposes, notarizes, finalizes and delivers.
 * Source: digest consensus section 3.
 */

import {encodeUtf8} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {NodeId} from '../../protocol/principal.js'
import type {IngressPayloads} from '../ingress/payload-context.js'
import type {ConsensusResponse, QueryStatsDelta} from '../messaging/batch.js'
import {aggregate} from './aggregator.js'
import {type Artifact, type CatchUpPackage, keyOfArtifact} from './artifacts.js'
import {EMPTY_PAYLOAD, sealBlock} from './block.js'
import {makeBlock} from './block-maker.js'
import {certify, makeCatchUp, purge} from './certifier.js'
import type {ConsensusCrypto} from './crypto.js'
import {deliver} from './delivery.js'
import {finalize, notarize} from './notary.js'
import type {ConsensusConfig} from './parameters.js'
import {type Anchor, Pool} from './pool.js'
import {QueryStatsPool} from './query-stats-pool.js'
import {shareBeacon, shareTape, signAhead} from './randomness.js'
import {ResponsePool} from './responses.js'
import {type ExecutedState, Round, type StepOutput, type Work} from './round.js'
import type {Hash} from './statements.js'
import {judge} from './validator.js'

export interface ConsensusOptions {
  readonly config: ConsensusConfig
  readonly crypto: ConsensusCrypto
  readonly payloads: IngressPayloads
  /** `makeGenesis`, or the last block of the log: batches go on above it. */
  readonly anchor: Anchor
  /** Of the newest certified state; below the anchor after a crash, until the replayed state is handed in. */
  readonly certifiedHeight?: number
  /** How long the subnet did not run before now; 0 for one that did, and that this node joins. */
  readonly stoppedForNs?: bigint
}

export interface Heights {
  readonly notarized: number
  readonly finalized: number
  readonly delivered: number
  readonly certified: number
  readonly catchUp: number
}

/** Artifacts that wait for something else; more than this only come from a broken or hostile node. */
const MAX_WAITING = 20_000

export class Consensus {
  readonly #round: Round
  #incoming: Artifact[] = []
  #waiting = new Map<string, Artifact>()

  constructor({config, crypto, payloads, anchor, certifiedHeight = anchor.block.height, stoppedForNs = 0n}: ConsensusOptions) {
    const pool = new Pool(config.nodes, anchor)
    this.#round = new Round(
      {config, crypto, pool, payloads, responses: new ResponsePool(config.nodes), queryStats: new QueryStatsPool()},
      certifiedHeight,
    )
    this.#round.stoppedForNs = stoppedForNs
  }

  get heights(): Heights {
    const {pool, deliveredHeight, certifiedHeight} = this.#round
    return {
      notarized: pool.notarizedHeight,
      finalized: pool.finalizedHeight,
      delivered: deliveredHeight,
      certified: certifiedHeight,
      catchUp: pool.catchUp?.block.height ?? 0,
    }
  }

  /** Another node sent this. Nothing is believed before the next `step` has checked it. */
  add(artifact: Artifact): void {
    this.#incoming.push(artifact)
  }

  /** A batch was executed: to be certified. */
  addExecuted(state: ExecutedState): void {
    if (state.height > this.#round.certifiedHeight || state.stateHash) this.#round.executed.set(state.height, state)
  }

  /** An outcall of this node has ended. */
  addResponse(response: ConsensusResponse): void {
    const {responses, config, crypto} = this.#round
    this.#round.send(responses.addOwn(response, config.nodeId, crypto))
  }

  get hasResponses(): boolean {
    return !this.#round.responses.isEmpty
  }

  /** Queries answered by this node: they ride on its next block, and ask for none. */
  addQueryStats(delta: QueryStatsDelta): void {
    this.#round.queryStats.add(delta)
  }

  /** While halted, blocks carry no messages. */
  setHalted(isHalted: boolean): void {
    this.#round.isHalted = isHalted
  }

  /** Does all that can be done now. `work` says whether a new block is wanted, and whether even an empty one. */
  step(nowNs: bigint, work: Work): StepOutput {
    const round = this.#round
    round.nowNs = nowNs
    round.work = work
    round.pool.markRootSeen(nowNs)
    this.#lookAgain()
    while (this.#judgeAll() || this.#applyRules());
    purge(round)
    return round.takeOutput()
  }

  /** Makes one signature that a later round needs, to be called while idle; false when there is none left to make. */
  signAhead(): boolean {
    return signAhead(this.#round)
  }

  /** All that other nodes may lack: to be sent to one that (re)connects. */
  listArtifacts(): Artifact[] {
    return [...this.#round.pool.listArtifacts(), ...this.#round.responses.listShares()]
  }

  /**
   * What this node signed before it was restarted (`isOwn` artifacts of earlier steps): without it, it could sign something else for
   * the same height, and help the chain to fork. To be called before the first step.
   */
  restore(artifacts: Iterable<Artifact>): void {
    const {pool, config, responses} = this.#round
    for (const artifact of artifacts) {
      if (!isOwn(artifact, config.nodeId)) continue
      if (artifact.kind === 'share') pool.statements.addShare(artifact)
      else if (artifact.kind === 'proposal') pool.addProposal(artifact, 0n)
      else if (artifact.kind === 'response') responses.addShare(artifact)
    }
  }

  /** The state of `StepOutput.syncTo` was fetched and loaded: goes on from there. */
  adopt(catchUp: CatchUpPackage): void {
    const {pool} = this.#round
    pool.adopt(catchUp)
    pool.catchUp = catchUp
    this.#round.deliveredHeight = this.#round.certifiedHeight = catchUp.block.height
    this.#round.executed.clear()
  }

  /** True when something was taken in. */
  #judgeAll(): boolean {
    if (this.#incoming.length === 0) return false
    const batch = this.#incoming
    this.#incoming = []
    let changed = false
    for (const artifact of batch) {
      const verdict = judge(this.#round, artifact)
      if (verdict === 'taken') changed = true
      else if (verdict === 'later' && this.#waiting.size < MAX_WAITING) this.#waiting.set(keyOfArtifact(artifact), artifact)
    }
    if (changed) this.#lookAgain()
    return changed
  }

  /** Applies every rule once. What waited is looked at again when one of them did something. */
  #applyRules(): boolean {
    const round = this.#round
    let changed = false
    for (const rule of RULES) changed = rule(round) || changed
    // A new block comes last: what is under way may make it unnecessary, or a better parent.
    changed ||= makeBlock(round)
    if (changed) this.#lookAgain()
    return changed
  }

  #lookAgain(): void {
    for (const artifact of this.#waiting.values()) this.#incoming.push(artifact)
    this.#waiting.clear()
  }
}

/** True for what this node signed itself: to be logged before it is sent. */
export function isOwn(artifact: Artifact, nodeId: NodeId): boolean {
  if (artifact.kind === 'proposal') return artifact.block.maker === nodeId
  return (artifact.kind === 'share' || artifact.kind === 'response') && artifact.signer === nodeId
}

const advanceNotarized = ({pool}: Round): boolean => pool.advanceNotarized()
/** In the order in which one makes work for the next. */
const RULES = [aggregate, advanceNotarized, shareBeacon, notarize, finalize, shareTape, deliver, certify, makeCatchUp]

/** The block and beacon that a new subnet begins from; signed by nobody. */
export function makeGenesis(config: Pick<ConsensusConfig, 'nodes' | 'registryVersion' | 'subnetId'>, timeNs: bigint): Anchor {
  const {nodes, registryVersion, subnetId} = config
  const seed = sha256(encodeUtf8(`genesis of ${subnetId}`))
  const block = sealBlock({
    height: 0,
    parent: '00'.repeat(32) as Hash,
    maker: nodes[0]!,
    rank: 0,
    timeNs,
    registryVersion,
    certifiedHeight: 0,
    dkg: {kind: 'summary', registryVersion, members: nodes, transcripts: []},
    payload: EMPTY_PAYLOAD,
    stoppedForNs: 0n,
  })
  return {block, beacon: {kind: 'aggregate', statement: {purpose: 'beacon', height: 0, subject: ''}, proof: seed}}
}
