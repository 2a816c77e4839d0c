/**
 * A node: loads its state, replays the log, drives rounds, and answers the HTTP interface.
 *
 * Start = newest checkpoint + replay of the log above it, every root compared with the one that was certified before.
 */

import {join} from 'node:path'
import {assembleCertificate} from '../certification/assemble.js'
import {Consensus, makeGenesis} from '../consensus/consensus.js'
import {configOf} from '../consensus/parameters.js'
import type {Anchor} from '../consensus/pool.js'
import type {Certification, DeliveredBatch} from '../consensus/round.js'
import {ThresholdCrypto} from '../consensus/threshold-crypto.js'
import {initBls} from '../crypto/bls.js'
import {createReplicaListener} from '../http/listener.js'
import type {CallAnswer, CallRequest, HealthStatus, NodeStatus, ReadAnswer, ReadRequest, ReplicaPort} from '../http/port.js'
import {getSubnet} from '../registry/ranges.js'
import {BatchLog} from '../store/batch-log.js'
import {StoreDamaged} from '../store/errors.js'
import {chooseOldestBase} from '../store/history-budget.js'
import {linkState} from '../store/link-state.js'
import {lockStore, type StoreLock} from '../store/lock.js'
import type {TornTail} from '../store/log.js'
import {LOG_FOLDER} from '../store/state-folder.js'
import {admitCall} from './admit-call.js'
import {admitQuery, seemsSigned} from './admit-query.js'
import {CallWaiters} from './call-waiters.js'
import {ExecutionClient} from './execution-client.js'
import {deriveGenesisKeys, type GenesisKeys, loadGenesis, thresholdKeysOf} from './genesis.js'
import {IngressDesk} from './ingress-desk.js'
import type {CanisterSummary, Executed, Ready} from './messages.js'
import {NetworkClock} from './network-clock.js'
import {OutcallDesk} from './outcall-desk.js'
import {type Quarantined, type Replay, readBlock, replayLog} from './replay-log.js'
import {RoundDriver} from './round-driver.js'

/** A checkpoint is due after so many heights, or instructions, whichever comes first. */
const CHECKPOINT_HEIGHTS = 500
const CHECKPOINT_INSTRUCTIONS = 20_000_000_000n
const DEFAULT_HISTORY_BYTES = 1024 ** 3

export interface ReplicaNodeOptions {
  readonly stateFolder: string
  /** Image of the system canisters, when the network is to begin with them. */
  readonly systemCanisters?: string | undefined
  /** Of the program; recorded with every batch. */
  readonly version: string
  /** The machine's clock, nanoseconds since 1970. */
  readonly nowNs: () => bigint
  /** How much of the past may be kept for replays, beside the newest checkpoint. */
  readonly historyBytes?: number | undefined
  /** The node has stopped by itself: its disk is full, or a bug. */
  readonly onFailure: (error: unknown) => void
}

/** What opening the state had to mend. */
export interface StartReport {
  readonly tornTail: TornTail | undefined
  readonly replayedHeights: number
  /** Messages that earlier starts died of, and that were not executed. */
  readonly quarantined: readonly Quarantined[]
  /** What is wrong with the newest checkpoint, when an older one was taken. */
  readonly damage: string | undefined
}

interface NodeParts {
  readonly options: ReplicaNodeOptions
  readonly clock: NetworkClock
  readonly lock: StoreLock
  readonly log: BatchLog
  readonly keys: GenesisKeys
  readonly execution: ExecutionClient
}

export class ReplicaNode implements ReplicaPort {
  readonly report: StartReport
  readonly keys: GenesisKeys
  /** Serves the paths below `/api/`. */
  readonly listener = createReplicaListener(this)
  readonly #parts: NodeParts
  readonly #consensus: Consensus
  readonly #driver: RoundDriver
  readonly #ingress: IngressDesk
  readonly #outcalls: OutcallDesk
  readonly #waiters = new CallWaiters()
  readonly #failures: Failures
  #certifiedHeight = 0
  /** The newest block: where consensus goes on from a checkpoint. */
  #anchor: Uint8Array | undefined
  #sinceCheckpoint = {heights: 0, instructions: 0n}
  #checkpointing: Promise<void> | undefined
  #health: HealthStatus = 'waiting_for_certified_state'

  /** Ready when the newest state is certified. Throws IcicleErrors: the folder is in use, damaged, unwritable; the replay differs. */
  static async start(options: ReplicaNodeOptions): Promise<ReplicaNode> {
    const lock = lockStore(options.stateFolder)
    try {
      const genesis = loadGenesis(options.stateFolder, options)
      const clock = NetworkClock.load(options.stateFolder, options.nowNs)
      const failures = new Failures(options.onFailure)
      const execution = new ExecutionClient({stateFolder: options.stateFolder, genesis}, failures.report)
      let log: BatchLog | undefined
      try {
        const [ready] = await Promise.all([execution.ready(), initBls()])
        log = await BatchLog.open(join(options.stateFolder, LOG_FOLDER), {
          programVersion: options.version,
          checkpointHeight: ready.height,
        })
        const node = await ReplicaNode.#open({options, clock, lock, log, keys: deriveGenesisKeys(genesis), execution}, ready, failures)
        failures.isArmed = true
        return node
      } catch (error) {
        await execution.stop()
        await log?.close()
        throw error
      }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  static async #open(parts: NodeParts, loaded: Ready, failures: Failures): Promise<ReplicaNode> {
    const {execution, log, keys, clock} = parts
    const {stateFolder} = parts.options
    const ingress = new IngressDesk(keys)
    const outcalls = new OutcallDesk()
    const follow = (changed: Executed | Ready): void => {
      ingress.follow(changed)
      outcalls.follow(changed.outcalls)
    }
    follow(loaded)
    const replay = await replayLog({log, execution, stateFolder, onExecuted: follow}).catch((error: unknown) => {
      throw loaded.fallenBack && error instanceof StoreDamaged ? checkpointLost(loaded.fallenBack) : error
    })
    requireCheckpointReached(loaded, replay)
    const subnet = getSubnet(keys.registry, keys.subnetId)
    const config = configOf(subnet, keys.node.id, keys.registry.version)
    const anchor: Anchor =
      replay.anchor ?? (loaded.anchor ? readBlock({height: loaded.height, block: loaded.anchor}) : makeGenesis(config, loaded.timeNs))
    const stoppedForNs = anchor.block.height > 0 ? clock.nowNs() - anchor.block.timeNs : 0n
    const consensus = new Consensus({
      config,
      crypto: new ThresholdCrypto(thresholdKeysOf(keys)),
      payloads: ingress.selector,
      anchor,
      stoppedForNs,
    })
    const node = new ReplicaNode(parts, {
      consensus,
      ingress,
      outcalls,
      failures,
      report: {
        tornTail: log.tornTail,
        replayedHeights: replay.heights,
        quarantined: replay.quarantined,
        damage: loaded.fallenBack?.damage,
      },
      replayedInstructions: replay.instructions,
      last: replay.last ?? loaded,
    })
    await node.#driver.makeBlock()
    node.#health = 'healthy'
    return node
  }

  private constructor(
    parts: NodeParts,
    opened: {
      consensus: Consensus
      ingress: IngressDesk
      outcalls: OutcallDesk
      failures: Failures
      report: StartReport
      replayedInstructions: bigint
      last: Pick<Executed, 'wake' | 'timeNs'>
    },
  ) {
    this.#parts = parts
    this.keys = parts.keys
    this.#consensus = opened.consensus
    this.#ingress = opened.ingress
    this.#outcalls = opened.outcalls
    this.report = opened.report
    this.#failures = opened.failures
    this.#sinceCheckpoint = {heights: opened.report.replayedHeights, instructions: opened.replayedInstructions}
    this.#driver = new RoundDriver(
      {
        consensus: opened.consensus,
        execution: parts.execution,
        nowNs: parts.clock.nowNs,
        logBatch: (delivered) => this.#logBatch(delivered),
        hasIngress: () => this.#ingress.selector.hasWork(parts.clock.nowNs()),
        findNextIngressDue: () => this.#ingress.selector.findNextDue(parts.clock.nowNs()),
        publish: (certification, executed) => this.#publish(certification, executed),
        onFailure: opened.failures.report,
      },
      opened.last.wake,
      opened.last.timeNs,
    )
    this.#outcalls.open({
      finish: (request, result) => parts.execution.finishOutcall(request, result),
      respond: (id, payload) => {
        opened.consensus.addResponse({id, payload})
        this.#driver.poke()
      },
      onFailure: opened.failures.report,
    })
  }

  getStatus(): NodeStatus {
    return {
      rootKey: this.keys.rootKeyDer,
      version: this.#parts.options.version,
      health: this.#health,
      certifiedHeight: this.#certifiedHeight,
    }
  }

  async call(request: CallRequest): Promise<CallAnswer> {
    const admission = admitCall(request, {nowNs: this.#parts.clock.nowNs(), rootKey: this.keys.rootKeyDer, subnetId: this.keys.subnetId})
    if (admission.kind === 'refused') return admission
    const {item} = admission
    const {id} = item.ingress
    if (this.#ingress.has(id) || this.#waiters.has(id)) return DUPLICATE
    const verdict = await this.#parts.execution.filter(item.ingress, request)
    if (verdict.kind === 'rejected')
      return {kind: 'rejected', rejectCode: verdict.code, message: verdict.message, errorCode: verdict.errorCode}
    if (verdict.kind === 'known')
      return verdict.certificate && request.isSynchronous ? {kind: 'certificate', certificate: verdict.certificate} : DUPLICATE
    const added = this.#ingress.add(item)
    if (added === 'full') return OVERLOADED
    if (added === 'known') return DUPLICATE
    const answer = request.isSynchronous ? this.#waiters.wait(id, request.delegation) : undefined
    this.#driver.poke()
    return answer ?? {kind: 'accepted', text: ''}
  }

  /** Makes a block, which may be empty; resolves when it is certified. */
  makeBlock(): Promise<void> {
    return this.#driver.makeBlock()
  }

  async query(request: ReadRequest): Promise<ReadAnswer> {
    await this.#driver.ensureFresh()
    const {execution, clock} = this.#parts
    const nowNs = clock.nowNs()
    if (execution.backlog < MAX_BACKLOG || !seemsSigned(request)) return execution.query(request, nowNs)
    const admitted = admitQuery(request, {nowNs, rootKey: this.keys.rootKeyDer, subnetId: this.keys.subnetId})
    return 'kind' in admitted ? admitted : execution.query({...request, isAuthentic: true}, nowNs)
  }

  /** As of the newest certified height. */
  async listCanisters(): Promise<readonly CanisterSummary[]> {
    await this.#driver.ensureFresh()
    return this.#parts.execution.listCanisters()
  }

  async readState(request: ReadRequest): Promise<ReadAnswer> {
    await this.#driver.ensureFresh()
    return this.#parts.execution.readState(request, this.#parts.clock.nowNs())
  }

  /** The network's time, nanoseconds since 1970. */
  get nowNs(): () => bigint {
    return this.#parts.clock.nowNs
  }

  /** Moves the network's time ahead for good, and makes a block of the new time: what is due runs, and idle time is charged. Throws StoreUnwritable. */
  async advanceTime(byNs: bigint): Promise<void> {
    this.#parts.clock.advance(byNs)
    await this.#driver.makeBlock()
  }

  /** Makes `folder`, which must not exist, a state of its own, as of now. Rounds go on meanwhile. Throws StoreUnwritable. */
  async snapshot(folder: string): Promise<void> {
    while (this.#checkpointing) await this.#checkpointing
    const work = this.#checkpoint().then(() => linkState(this.#parts.options.stateFolder, folder, {withTail: false}))
    this.#checkpointing = work.catch(() => {}).finally(() => this.#endCheckpoint())
    await work
  }

  /**
   * Ends with a last block, which charges the time since the one before, and with a checkpoint, so that the next start replays nothing. Throws
   * what kept it from that, e.g. StoreUnwritable; everything that was answered is on disk even so.
   */
  async stop(): Promise<void> {
    this.#health = 'starting'
    this.#failures.isArmed = false
    this.#outcalls.close()
    try {
      await this.#driver.makeBlock()
      await this.#driver.stop()
      await this.#checkpointing
      await this.#checkpoint()
    } finally {
      await this.#driver.stop()
      this.#waiters.close()
      await this.#parts.execution.stop()
      await this.#parts.log.close()
      this.#parts.lock.release()
    }
  }

  /** Takes a checkpoint of the state as it is, while rounds go on, archives the log behind it, and drops the past that is too much. */
  async #checkpoint(): Promise<void> {
    const {log, execution, options} = this.#parts
    if (this.#anchor === undefined || this.#sinceCheckpoint.heights === 0) return
    this.#sinceCheckpoint = {heights: 0, instructions: 0n}
    log.startSegment()
    const {height, kept} = await execution.checkpoint(this.#anchor)
    await log.archiveUpTo(height)
    const oldest = chooseOldestBase({archive: await log.listArchive(), kept}, options.historyBytes ?? DEFAULT_HISTORY_BYTES)
    if (kept[0]!.height < oldest) await execution.forgetCheckpoints(oldest)
    await log.forgetUpTo(oldest)
  }

  #endCheckpoint(): void {
    this.#checkpointing = undefined
  }

  #logBatch({batch, record}: DeliveredBatch): Promise<void> {
    this.#anchor = record
    return this.#parts.log.appendBatch({height: batch.height, block: record, randomness: batch.randomness})
  }

  #publish({height, rootHash, signature}: Certification, executed: Executed): void {
    this.#certifiedHeight = height
    this.#ingress.follow(executed)
    this.#outcalls.follow(executed.outcalls)
    for (const delta of executed.queryStats) this.#consensus.addQueryStats(delta)
    for (const {id, witness, delegations} of executed.answered)
      this.#waiters.answer(id, (kind) => assembleCertificate(witness, signature, delegations?.[kind]))
    // Replays compare with it; the batch itself is on disk already, so this need not be waited for.
    this.#parts.log.appendRoot({height, rootHash, signature}).catch(() => {})
    this.#countTowardsCheckpoint(executed.instructions)
  }

  /** Replay time is bounded by both: blocks have a price, and so do instructions. */
  #countTowardsCheckpoint(instructions: bigint): void {
    const {heights, instructions: earlier} = this.#sinceCheckpoint
    this.#sinceCheckpoint = {heights: heights + 1, instructions: earlier + instructions}
    const isDue = heights + 1 >= CHECKPOINT_HEIGHTS || earlier + instructions >= CHECKPOINT_INSTRUCTIONS
    if (!isDue || this.#checkpointing) return
    this.#checkpointing = this.#checkpoint()
      .catch(this.#failures.report)
      .finally(() => this.#endCheckpoint())
  }
}

/** The replay from an older checkpoint must come to where the damaged one was, or answers would be undone. */
function requireCheckpointReached({fallenBack, height}: Ready, {last}: Replay): void {
  if (fallenBack && (last?.height ?? height) < fallenBack.fromHeight) throw checkpointLost(fallenBack)
}

function checkpointLost({file, damage}: NonNullable<Ready['fallenBack']>): StoreDamaged {
  const cause = new Error(damage)
  return new StoreDamaged(file, 'belongs to the newest checkpoint, and the log does not lead to it from an older one', {cause})
}

/** With more questions than this at the worker, signatures of queries are verified here: this thread waits for the other one anyway. */
const MAX_BACKLOG = 24

const OVERLOADED: CallAnswer = {kind: 'refused', status: 503, text: 'Service is overloaded, try again later.'}
const DUPLICATE: CallAnswer = {kind: 'accepted', text: 'Duplicate request. Message is already being tracked and executed.'}

/** Reports the first failure, and only once the node stands: before that, starting throws. */
class Failures {
  isArmed = false
  constructor(private readonly tell: (error: unknown) => void) {}

  readonly report = (error: unknown): void => {
    if (!this.isArmed) return
    this.isArmed = false
    this.tell(error)
  }
}
