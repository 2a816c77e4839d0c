/** A node with its log and checkpoints on a disk that loses, tears and reorders what was not synced. */

import assert from 'node:assert/strict'
import {encodeUtf8, toHex} from '../../src/base/bytes.js'
import {sha256} from '../../src/base/sha256.js'
import type {CanisterId} from '../../src/protocol/principal.js'
import {Consensus, makeGenesis} from '../../src/replica/consensus/consensus.js'
import {decodeFinalBlock, type FinalBlock, replayBatch} from '../../src/replica/consensus/delivery.js'
import {HashCrypto} from '../../src/replica/consensus/hash-crypto.js'
import type {Anchor} from '../../src/replica/consensus/pool.js'
import type {StepOutput} from '../../src/replica/consensus/round.js'
import type {Batch} from '../../src/replica/messaging/batch.js'
import {CHUNK_BYTES, PagedMemory} from '../../src/replica/state/paged-memory.js'
import {BatchLog} from '../../src/replica/store/batch-log.js'
import {CheckpointStore} from '../../src/replica/store/checkpoint-store.js'
import {aConfig, aMessage, PlainPayloads} from '../unit/replica/consensus/makers.js'
import {FaultyFs} from '../unit/replica/store/faulty-fs.js'
import {seededRandom} from './network.js'

const GENESIS_NS = 1_000n
const CANISTER = '0101' as CanisterId

/** Stands for the replicated state: a heap that counts the messages, and what was executed. */
class State {
  height = 0
  digest = 'genesis'
  executed: string[] = []
  heap = new PagedMemory(4 * CHUNK_BYTES)

  execute(batch: Batch): Uint8Array {
    assert.equal(batch.height, this.height + 1)
    this.height = batch.height
    for (const {id} of batch.ingress) {
      assert.ok(!this.executed.includes(id), `message ${id} is executed twice`)
      this.executed.push(id)
      this.heap.write((this.executed.length * 997) % this.heap.sizeBytes, encodeUtf8('x'))
    }
    this.digest = toHex(sha256(encodeUtf8(`${this.digest} ${batch.timeNs} ${batch.ingress.map(({id}) => id)}`), batch.randomness))
    return this.rootHash
  }

  get rootHash(): Uint8Array {
    return sha256(encodeUtf8(this.digest), this.heap.read(0, this.heap.sizeBytes))
  }
}

/** What clients were told: it must hold in every later life. */
interface Promises {
  readonly executed: Set<string>
  readonly roots: Map<number, string>
}

/** The loop of a driver, as plain as it can be. */
class Node {
  readonly payloads = new PlainPayloads()
  readonly #promises: Promises
  readonly #log: BatchLog
  readonly #checkpoints: CheckpointStore
  readonly #consensus: Consensus
  readonly #state: State
  #isDead = false

  private constructor(promises: Promises, parts: {log: BatchLog; checkpoints: CheckpointStore; state: State; anchor: Anchor}) {
    this.#promises = promises
    this.#log = parts.log
    this.#checkpoints = parts.checkpoints
    this.#state = parts.state
    const config = aConfig(1, 0)
    const crypto = new HashCrypto(config.nodeId, 'crash')
    const {height} = parts.state
    const certifiedHeight = Math.max(0, height - 1)
    this.#consensus = new Consensus({config, crypto, payloads: this.payloads, anchor: parts.anchor, certifiedHeight})
    if (height > 0) this.#consensus.addExecuted({height, rootHash: parts.state.rootHash})
    this.payloads.markExecuted(parts.state.executed)
  }

  static async start(fs: FaultyFs, promises: Promises): Promise<Node> {
    const checkpoints = await CheckpointStore.open('/state/checkpoints', {fs, compactFromBytes: 50_000})
    const log = await BatchLog.open('/state/log', {fs, segmentBytes: 2_000, programVersion: '1', checkpointHeight: checkpoints.height ?? 0})
    const {state, last: checkpointed} = load(checkpoints)
    let last = checkpointed
    for await (const {block, randomness, root} of log.readTail()) {
      last = decodeFinalBlock(block)
      const rootHash = state.execute(replayBatch(last, randomness))
      if (root) assert.equal(toHex(root.rootHash), toHex(rootHash), `another state at height ${state.height}`)
    }
    assertKept(state, promises)
    return new Node(promises, {log, checkpoints, state, anchor: last ?? makeGenesis(aConfig(1, 0), GENESIS_NS)})
  }

  /** Runs rounds until nothing is left to do. */
  async run(nowNs: bigint): Promise<void> {
    for (let output = this.#consensus.step(nowNs, 'payload'); !this.#isDead; output = this.#consensus.step(nowNs, 'payload')) {
      await this.#apply(output, nowNs)
      if (output.batches.length === 0 && output.certifications.length === 0) return
    }
  }

  async checkpoint(): Promise<void> {
    const {height, digest, executed, heap} = this.#state
    if (height === 0 || height === this.#checkpoints.height) return
    const canisters = new Map([
      [CANISTER, {bytes: encodeUtf8(String(heap.sizeBytes)), blobs: new Map(), memories: new Map([['heap', heap]])}],
    ])
    const parts = new Map([
      ['rest', encodeUtf8(JSON.stringify({height, digest, executed}))],
      ['block', this.#record!],
    ])
    this.#log.startSegment()
    await this.#checkpoints.write({height, canisters, removed: [], parts})
    await this.#log.archiveUpTo(height)
  }

  /** The process is gone: nothing it awaits will be acted on. */
  kill(): void {
    this.#isDead = true
  }

  #record: Uint8Array | undefined

  /** Execution overlaps with the sync; the reply waits for both, and for the certification. */
  async #apply({batches}: StepOutput, nowNs: bigint): Promise<void> {
    for (const {batch, record} of batches) {
      const logged = this.#log.appendBatch({height: batch.height, block: record, randomness: batch.randomness})
      const rootHash = this.#state.execute(batch)
      this.#record = record
      this.payloads.markExecuted(batch.ingress.map(({id}) => id))
      this.#consensus.addExecuted({height: batch.height, rootHash})
      const {certifications, batches: more} = this.#consensus.step(nowNs, 'none')
      assert.deepEqual([certifications.length, more.length], [1, 0])
      await logged
      if (this.#isDead) return
      for (const {height, rootHash: certified} of certifications) this.#promises.roots.set(height, toHex(certified))
      for (const {id} of batch.ingress) this.#promises.executed.add(id)
      const rooted = this.#log.appendRoot(certifications[0]!)
      if (batch.height % 3 === 0) await rooted
      else rooted.catch(() => undefined)
    }
  }
}

function load(checkpoints: CheckpointStore): {state: State; last: FinalBlock | undefined} {
  const state = new State()
  const rest = checkpoints.loadPart('rest')
  if (!rest) return {state, last: undefined}
  Object.assign(state, JSON.parse(Buffer.from(rest).toString()))
  const {bytes, source} = checkpoints.loadCanister(CANISTER)
  state.heap = source.loadMemory('heap', Number(Buffer.from(bytes).toString()))
  return {state, last: decodeFinalBlock(checkpoints.loadPart('block')!)}
}

function assertKept({executed, height}: State, promises: Promises): void {
  for (const id of promises.executed) assert.ok(executed.includes(id), `message ${id} was answered, and is lost`)
  assert.ok(height >= Math.max(0, ...promises.roots.keys()), 'a certified height is lost')
}

export async function live(seed: number, {lyingSync = false} = {}): Promise<void> {
  const random = seededRandom(seed)
  let fs = new FaultyFs(random)
  const promises: Promises = {executed: new Set(), roots: new Map()}
  let nowNs = 10_000n
  for (let life = 0; life < 5; life++) {
    const node = await Node.start(fs, promises)
    fs.faults = {shortWrites: 0.2, lyingSync}
    for (let turn = 0, turns = Math.floor(random() * 10); turn < turns; turn++) {
      nowNs += 1_000n
      node.payloads.add(aMessage(`life ${life} turn ${turn}`))
      const running = node.run(nowNs)
      if (turn === turns - 1) break
      await running
      if (random() < 0.2) await node.checkpoint()
    }
    if (random() < 0.3) void node.checkpoint().catch(() => undefined)
    // Somewhere in the middle of what is under way.
    for (let ticks = Math.floor(random() * 12); ticks > 0; ticks--) await undefined
    node.kill()
    fs = fs.afterPowerLoss()
  }
  await Node.start(fs, promises)
}
