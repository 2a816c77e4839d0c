/**
 * A subnet in virtual time: nodes of real consensus over a network that loses, delays, splits and stops them by a seed.
 *
 * Execution is a hash chain over the batches, so that equal roots mean equal histories.
 */

import {concatBytes, encodeUtf8, toHex} from '../../src/base/bytes.js'
import {sha256} from '../../src/base/sha256.js'
import {type Artifact, type CatchUpPackage, decodeArtifact, encodeArtifact} from '../../src/replica/consensus/artifacts.js'
import {Consensus, isOwn, makeGenesis} from '../../src/replica/consensus/consensus.js'
import {decodeFinalBlock, type FinalBlock} from '../../src/replica/consensus/delivery.js'
import {HashCrypto} from '../../src/replica/consensus/hash-crypto.js'
import type {ConsensusConfig} from '../../src/replica/consensus/parameters.js'
import type {StepOutput, Work} from '../../src/replica/consensus/round.js'
import type {IngressItem} from '../../src/replica/ingress/ingress-item.js'
import type {Batch} from '../../src/replica/messaging/batch.js'
import {aConfig, nodeIds, PlainPayloads} from '../unit/replica/consensus/makers.js'

const MS = 1_000_000n
const GENESIS_NS = 1_000_000n * MS
/** How often a node sends all it has to another one: what a real transport does on every new connection. */
const RESEND_MS = 1_500

export interface SimulationOptions {
  readonly nodes: number
  readonly seed: number
  /** Chance that a message is lost. */
  readonly loss?: number
  readonly delayMs?: readonly [number, number]
  readonly executionMs?: number
  readonly config?: Partial<ConsensusConfig>
  /** Wraps a node's outgoing artifacts: a node that breaks the rules. */
  readonly tamper?: (from: number, to: number, artifact: Artifact) => Artifact | undefined
  /** The root that a node computes, when it is not the right one. */
  readonly wrongRoot?: (node: number, height: number) => boolean
  readonly clockOffsetMs?: (node: number) => number
}

interface SimulatedNode {
  consensus: Consensus
  readonly payloads: PlainPayloads
  isUp: boolean
  /** Nodes of other groups are out of reach. */
  group: number
  /** Digest of all batches up to each height. */
  readonly chain: Map<number, string>
  readonly executedIds: string[]
  readonly certified: Map<number, string>
  readonly stateAt: Map<number, {root: string; ids: string[]}>
  wakeAtNs: bigint | undefined
  executingUntil: bigint
  diverged: boolean
  /** What its disk keeps: its last final block with the state after it, and what it signed. */
  last: FinalBlock | undefined
  own: Artifact[]
}

interface Event {
  readonly atNs: bigint
  readonly order: number
  readonly run: () => void
}

export class Simulation {
  readonly nodes: SimulatedNode[]
  readonly #options: Required<SimulationOptions>
  readonly #random: () => number
  #events: Event[] = []
  #order = 0
  nowNs = GENESIS_NS
  artifactsSent = 0

  constructor(options: SimulationOptions) {
    this.#options = {
      loss: 0,
      delayMs: [1, 20],
      executionMs: 5,
      config: {},
      tamper: (_from, _to, artifact) => artifact,
      wrongRoot: () => false,
      clockOffsetMs: () => 0,
      ...options,
    }
    this.#random = seededRandom(options.seed)
    this.nodes = nodeIds(options.nodes).map((_, index) => this.#makeNode(index))
    for (const index of this.nodes.keys()) this.#scheduleResend(index)
  }

  get heights(): number[] {
    return this.nodes.map(({consensus}) => consensus.heights.delivered)
  }

  /** Every node gets the message, as gossip would do. */
  submit(item: IngressItem): void {
    for (const node of this.nodes) node.payloads.add(item)
    for (const index of this.nodes.keys()) this.#at(0, () => this.#step(index))
  }

  stop(index: number): void {
    this.nodes[index]!.isUp = false
  }

  start(index: number): void {
    this.nodes[index]!.isUp = true
    this.#at(0, () => this.#step(index))
  }

  /** The process dies and starts again with what its disk keeps. `forgetsOwn`: a disk without what it signed. */
  crash(index: number, {forgetsOwn = false} = {}): void {
    const node = this.nodes[index]!
    const {config, crypto} = this.#identity(index)
    const anchor = node.last ?? makeGenesis(config, GENESIS_NS)
    const {height} = anchor.block
    node.consensus = new Consensus({config, crypto, payloads: node.payloads, anchor, certifiedHeight: Math.max(0, height - 1)})
    if (!forgetsOwn) node.consensus.restore(node.own)
    node.executingUntil = 0n
    node.wakeAtNs = undefined
    const digest = node.chain.get(height)!
    if (height > 0) node.consensus.addExecuted({height, rootHash: sha256(encodeUtf8(`root ${digest}`))})
    this.#at(0, () => this.#step(index))
  }

  /** Splits the network: nodes reach those of the same group. */
  split(groups: readonly number[]): void {
    for (const [index, group] of groups.entries()) this.nodes[index]!.group = group
  }

  run(forMs: number): void {
    const endNs = this.nowNs + BigInt(Math.round(forMs)) * MS
    while (this.#events.length > 0 && this.#events[0]!.atNs <= endNs) {
      const event = this.#pop()
      this.nowNs = event.atNs
      event.run()
    }
    this.nowNs = endNs
  }

  /** Hands an artifact to a node as if another had sent it. */
  inject(to: number, artifact: Artifact): void {
    this.nodes[to]!.consensus.add(artifact)
    this.#at(0, () => this.#step(to))
  }

  #makeNode(index: number): SimulatedNode {
    const {config, crypto} = this.#identity(index)
    const payloads = new PlainPayloads()
    return {
      consensus: new Consensus({config, crypto, payloads, anchor: makeGenesis(config, GENESIS_NS)}),
      payloads,
      isUp: true,
      group: 0,
      chain: new Map([[0, 'genesis']]),
      executedIds: [],
      certified: new Map(),
      stateAt: new Map(),
      wakeAtNs: undefined,
      executingUntil: 0n,
      diverged: false,
      last: undefined,
      own: [],
    }
  }

  #identity(index: number): {config: ConsensusConfig; crypto: HashCrypto} {
    const config = aConfig(this.#options.nodes, index, this.#options.config)
    return {config, crypto: new HashCrypto(config.nodeId, 'simulation')}
  }

  #step(index: number): void {
    const node = this.nodes[index]!
    if (!node.isUp || node.diverged) return
    const work: Work = node.payloads.pending.size > 0 ? 'payload' : 'none'
    const output = node.consensus.step(this.nowNs + BigInt(this.#options.clockOffsetMs(index)) * MS, work)
    for (const {batch, record} of output.batches) {
      node.last = decodeFinalBlock(record)
      this.#execute(index, batch)
    }
    for (const artifact of output.artifacts) if (isOwn(artifact, this.#identity(index).config.nodeId)) node.own.push(artifact)
    for (const {height, rootHash} of output.certifications) node.certified.set(height, toHex(rootHash))
    for (const artifact of output.artifacts) for (const to of this.nodes.keys()) if (to !== index) this.#send(index, to, artifact)
    if (output.divergence) node.diverged = true
    if (output.syncTo) this.#sync(index, output.syncTo)
    this.#wake(index, output)
  }

  #wake(index: number, {wakeAtNs}: StepOutput): void {
    if (wakeAtNs === undefined) return
    const node = this.nodes[index]!
    const wantedNs = wakeAtNs - BigInt(this.#options.clockOffsetMs(index)) * MS
    const atNs = wantedNs > this.nowNs ? wantedNs : this.nowNs + 1n
    if (node.wakeAtNs !== undefined && node.wakeAtNs <= atNs) return
    node.wakeAtNs = atNs
    this.#atTime(atNs, () => {
      if (node.wakeAtNs !== atNs) return
      node.wakeAtNs = undefined
      this.#step(index)
    })
  }

  /** In order, one after the other, each taking its time. */
  #execute(index: number, batch: Batch): void {
    const node = this.nodes[index]!
    if (node.executingUntil < this.nowNs) node.executingUntil = this.nowNs
    node.executingUntil += BigInt(this.#options.executionMs) * MS
    const previous = node.chain.get(batch.height - 1)
    if (previous === undefined || node.chain.has(batch.height)) throw new Error(`node ${index}: batch ${batch.height} out of order`)
    const digest = toHex(digestOf(previous, batch))
    node.chain.set(batch.height, digest)
    const ids = batch.ingress.map(({id}) => id as string)
    node.executedIds.push(...ids)
    node.payloads.markExecuted(ids)
    const {consensus} = node
    this.#atTime(node.executingUntil, () => {
      if (consensus !== node.consensus) return
      const rootHash = this.#options.wrongRoot(index, batch.height) ? sha256(encodeUtf8(digest)) : sha256(encodeUtf8(`root ${digest}`))
      if (batch.isSummary) node.stateAt.set(batch.height, {root: digest, ids: [...node.executedIds]})
      node.consensus.addExecuted({
        height: batch.height,
        rootHash,
        ...(batch.isSummary && {stateHash: sha256(encodeUtf8(`state ${digest}`))}),
      })
      this.#step(index)
    })
  }

  /** State sync: any node that reached the package gives its state. */
  #sync(index: number, catchUp: CatchUpPackage): void {
    const node = this.nodes[index]!
    const {height} = catchUp.block
    const source = this.nodes.find(({stateAt, isUp}) => isUp && stateAt.has(height))
    if (!source || node.consensus.heights.delivered >= height) return
    const state = source.stateAt.get(height)!
    node.chain.set(height, state.root)
    node.executedIds.splice(0, node.executedIds.length, ...state.ids)
    node.payloads.markExecuted(state.ids)
    node.stateAt.set(height, state)
    node.consensus.adopt(catchUp)
    node.last = {...catchUp, failed: []}
    this.#at(0, () => this.#step(index))
  }

  #send(from: number, to: number, artifact: Artifact): void {
    const sent = this.#options.tamper(from, to, artifact)
    if (!sent || this.#random() < this.#options.loss) return
    this.artifactsSent++
    const bytes = encodeArtifact(sent)
    const [least, most] = this.#options.delayMs
    this.#at(least + this.#random() * (most - least), () => {
      const [sender, receiver] = [this.nodes[from]!, this.nodes[to]!]
      if (!receiver.isUp || sender.group !== receiver.group) return
      receiver.consensus.add(decodeArtifact(bytes))
      this.#step(to)
    })
  }

  #scheduleResend(index: number): void {
    this.#at(RESEND_MS * (0.5 + this.#random()), () => {
      const node = this.nodes[index]!
      const to = Math.floor(this.#random() * this.nodes.length)
      const peer = this.nodes[to]!
      // Peers tell how far they are; the one that is level with a node at rest needs nothing.
      const {heights} = node.consensus
      const isAtRest = node.payloads.pending.size === 0 && heights.notarized === heights.certified
      const isLevel = JSON.stringify(peer.consensus.heights) === JSON.stringify(heights)
      if (node.isUp && to !== index && !(isLevel && isAtRest))
        for (const artifact of node.consensus.listArtifacts()) this.#send(index, to, artifact)
      this.#scheduleResend(index)
    })
  }

  #at(inMs: number, run: () => void): void {
    this.#atTime(this.nowNs + BigInt(Math.round(inMs * 1_000_000)), run)
  }

  #atTime(atNs: bigint, run: () => void): void {
    const event = {atNs, order: this.#order++, run}
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#events[middle]!.atNs <= atNs) low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event)
  }

  #pop(): Event {
    return this.#events.shift()!
  }
}

function digestOf(previous: string, batch: Batch): Uint8Array {
  const ids = batch.ingress.map(({id}) => id).join(',')
  const responses = batch.consensusResponses.map(({id, payload}) => `${id}:${JSON.stringify(payload)}`).join(',')
  return sha256(encodeUtf8(`${previous} ${batch.height} ${batch.timeNs} ${ids} ${responses} `), concatBytes(batch.randomness))
}

/** Numbers in [0, 1) from a seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
