/** What a node knows to be valid: blocks, statements, and how far the chain is notarized, final and delivered. */

import {invariant} from '../../base/invariant.js'
import type {NodeId} from '../../protocol/principal.js'
import type {Artifact, CatchUpPackage, Equivocation, Proposal, SignedHash} from './artifacts.js'
import type {SealedBlock} from './block.js'
import {type Ranking, rankNodes} from './ranking.js'
import {StatementTable} from './statement-table.js'
import type {Aggregate, Hash, Statement} from './statements.js'

/** Where a node begins: a final block with its beacon. */
export interface Anchor {
  readonly block: SealedBlock
  readonly beacon: Aggregate
}

export class Pool {
  readonly statements = new StatementTable()
  readonly #nodes: readonly NodeId[]
  readonly #blocks = new Map<Hash, SealedBlock>()
  readonly #proposals = new Map<number, Map<Hash, Proposal>>()
  readonly #final = new Map<number, SealedBlock>()
  readonly #rankings = new Map<number, Ranking>()
  readonly #signed = new Map<string, SignedHash & {readonly height: number}>()
  readonly #equivocations = new Map<string, Equivocation>()
  /** When something about a height was first known, by this node's clock. */
  readonly #seenAtNs = new Map<string, bigint>()
  notarizedHeight: number
  finalizedHeight: number
  /** Height of the newest beacon. */
  beaconHeight: number
  catchUp: CatchUpPackage | undefined
  /** Blocks up to here are final without a notarization in this pool. */
  rootHeight = 0
  /** The summary that the root stands on. */
  rootSummaryHeight = 0

  constructor(nodes: readonly NodeId[], {block, beacon}: Anchor) {
    this.#nodes = nodes
    this.notarizedHeight = this.finalizedHeight = this.beaconHeight = block.height
    this.#setRoot({block, beacon})
  }

  /** Takes over a final block from elsewhere; what is below is not needed any more. */
  adopt(anchor: Anchor): void {
    const {height} = anchor.block
    this.#setRoot(anchor)
    this.finalizedHeight = Math.max(this.finalizedHeight, height)
    this.notarizedHeight = Math.max(this.notarizedHeight, height)
    this.beaconHeight = Math.max(this.beaconHeight, height)
    this.removeBelow(height)
  }

  addProposal(proposal: Proposal, nowNs: bigint): void {
    const {block} = proposal
    const proposals = this.#proposals.get(block.height) ?? new Map<Hash, Proposal>()
    proposals.set(block.hash, proposal)
    this.#proposals.set(block.height, proposals)
    this.#blocks.set(block.hash, block)
    this.markSeen('block', block.hash, nowNs)
  }

  addAggregate(aggregate: Aggregate, nowNs: bigint): void {
    const {purpose, height} = aggregate.statement
    this.statements.addAggregate(aggregate)
    this.markSeen(purpose, height, nowNs)
    if (purpose === 'beacon') this.beaconHeight = Math.max(this.beaconHeight, height)
  }

  /** Remembers what a maker signed; the proof, when it signed something else for the same height before. */
  findSecondSignature({block, signature}: Proposal): Equivocation | undefined {
    const {height, maker, hash} = block
    const key = `${height} ${maker}`
    const first = this.#signed.get(key)
    if (!first) this.#signed.set(key, {hash, signature, height})
    if (!first || first.hash === hash || this.#equivocations.has(key)) return undefined
    const proofs = [first, {hash, signature}].sort((a, b) => (a.hash < b.hash ? -1 : 1)) as [SignedHash, SignedHash]
    return {kind: 'equivocation', height, maker, proofs}
  }

  addEquivocation(equivocation: Equivocation): void {
    this.#equivocations.set(`${equivocation.height} ${equivocation.maker}`, equivocation)
  }

  findEquivocation(height: number, maker: NodeId): Equivocation | undefined {
    return this.#equivocations.get(`${height} ${maker}`)
  }

  findBlock(hash: Hash): SealedBlock | undefined {
    return this.#blocks.get(hash)
  }

  findFinalBlock(height: number): SealedBlock | undefined {
    return this.#final.get(height)
  }

  listProposals(height: number): Proposal[] {
    return [...(this.#proposals.get(height)?.values() ?? [])]
  }

  /** Blocks known here that enough nodes notarized; the best parent, lowest rank and then smallest hash, first. */
  listNotarized(height: number): SealedBlock[] {
    const final = this.#final.get(height)
    if (final && height <= this.rootHeight) return [final]
    return this.statements
      .listAt('notarization', height)
      .filter(({aggregate}) => aggregate)
      .flatMap(({statement}) => this.#blocks.get(statement.subject as Hash) ?? [])
      .sort((a, b) => a.rank - b.rank || (a.hash < b.hash ? -1 : 1))
  }

  isNotarized(block: SealedBlock): boolean {
    return this.listNotarized(block.height).some(({hash}) => hash === block.hash)
  }

  findBeacon(height: number): Aggregate | undefined {
    return this.statements.findAggregate('beacon', height)
  }

  /** Makers and notaries of the height; undefined while the beacon before is unknown. */
  findRanking(height: number): Ranking | undefined {
    const known = this.#rankings.get(height)
    if (known) return known
    const beacon = this.findBeacon(height - 1)
    if (!beacon) return undefined
    const ranking = rankNodes(this.#nodes, beacon.proof as Uint8Array)
    this.#rankings.set(height, ranking)
    return ranking
  }

  /** Makes the block and its ancestors final. False while one of them is unknown. */
  finalize(hash: Hash): boolean {
    const chain: SealedBlock[] = []
    for (let next = this.#blocks.get(hash); ; next = this.#blocks.get(next.parent)) {
      if (!next) return false
      if (next.height <= this.finalizedHeight) {
        invariant(this.#final.get(next.height)?.hash === next.hash, `two final blocks at height ${next.height}`)
        break
      }
      chain.push(next)
    }
    for (const block of chain) this.#final.set(block.height, block)
    this.finalizedHeight = Math.max(this.finalizedHeight, chain[0]?.height ?? 0)
    this.notarizedHeight = Math.max(this.notarizedHeight, this.finalizedHeight)
    return chain.length > 0
  }

  /** Ancestors of a child of `parent` above `height`, newest first; undefined when one is missing. */
  findChainAbove(parent: SealedBlock, height: number): SealedBlock[] | undefined {
    const chain: SealedBlock[] = []
    for (let block: SealedBlock | undefined = parent; ; block = this.#blocks.get(block.parent)) {
      if (!block) return undefined
      if (block.height <= height) return chain
      chain.push(block)
    }
  }

  /** The block this node began from counts as received now, unless it already did. */
  markRootSeen(nowNs: bigint): void {
    this.markSeen('block', this.#final.get(this.rootHeight)?.hash ?? ('' as Hash), nowNs)
  }

  markSeen(what: string, of: number | Hash, nowNs: bigint): void {
    const key = `${what} ${of}`
    if (!this.#seenAtNs.has(key)) this.#seenAtNs.set(key, nowNs)
  }

  findSeenAt(what: string, of: number | Hash): bigint | undefined {
    return this.#seenAtNs.get(`${what} ${of}`)
  }

  /** Forgets what is below the height. */
  removeBelow(height: number): void {
    this.statements.removeBelow(height)
    for (const [hash, block] of this.#blocks)
      if (block.height < height) {
        this.#blocks.delete(hash)
        this.#final.delete(block.height)
        this.#proposals.delete(block.height)
        this.#rankings.delete(block.height)
        this.#seenAtNs.delete(`block ${hash}`)
        for (const what of ['notarization', 'finalization', 'beacon', 'tape', 'certification', 'catch-up', 'wanted'])
          this.#seenAtNs.delete(`${what} ${block.height}`)
      }
    for (const [key, {height: at}] of this.#signed) if (at < height) this.#signed.delete(key)
    for (const [key, {height: at}] of this.#equivocations) if (at < height) this.#equivocations.delete(key)
  }

  /** Everything valid that other nodes may lack. */
  listArtifacts(): Artifact[] {
    const proposals = [...this.#proposals.values()].flatMap((at) => [...at.values()])
    const stated = [...this.statements.listAll()].flatMap(({aggregate, shares}): Artifact[] =>
      aggregate ? [aggregate] : [...shares.values()],
    )
    return [...(this.catchUp ? [this.catchUp] : []), ...proposals, ...stated, ...this.#equivocations.values()]
  }

  /** Raises the notarized height while the next one has a notarized block. True when it rose. */
  advanceNotarized(): boolean {
    const before = this.notarizedHeight
    while (this.listNotarized(this.notarizedHeight + 1).length > 0) this.notarizedHeight++
    return this.notarizedHeight > before
  }

  isKnown(statement: Statement): boolean {
    return this.statements.find(statement)?.aggregate !== undefined
  }

  #setRoot({block, beacon}: Anchor): void {
    this.rootHeight = block.height
    this.rootSummaryHeight = block.dkg.kind === 'summary' ? block.height : block.dkg.summaryHeight
    this.#blocks.set(block.hash, block)
    this.#final.set(block.height, block)
    this.statements.addAggregate(beacon)
  }
}
