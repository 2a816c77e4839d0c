/**
 * Drives consensus of one node: decides when a block is wanted, logs and executes what consensus delivers, and publishes what it certifies.
 *
 * Pacing: a round runs when there is work (messages, answers of adapters, unfinished executions, a due timer), once a second for heartbeats, and when
 * somebody asks for a fresh certificate; an idle network runs nothing and holds no timer. A batch is executed only after the one before was certified, and
 * nothing is published before its batch is on disk: the sync runs beside execution and signing.
 */

import type {Consensus} from '../consensus/consensus.js'
import type {Certification, DeliveredBatch, StepOutput, Work} from '../consensus/round.js'
import type {NextWake} from '../execution/next-wake.js'
import type {ExecutionClient} from './execution-client.js'
import type {Executed} from './messages.js'

/** Heartbeats alone do not run more often. */
const HEARTBEAT_PERIOD_NS = 1_000_000_000n
/** A certificate older than this is renewed before it is shown: agents refuse stale ones. */
export const MAX_CERTIFICATE_AGE_NS = 1_000_000_000n
/** Agents take certificates of some minutes' age. */
const MAX_AGE_DURING_SLICE_NS = 30_000_000_000n
/** Longest sleep of a timer; a later due time is slept for in pieces. */
const MAX_SLEEP_MS = 3_600_000

export interface RoundDriverParts {
  readonly consensus: Consensus
  readonly execution: ExecutionClient
  readonly nowNs: () => bigint
  /** Puts a delivered batch into the log; resolves when it is on disk. */
  readonly logBatch: (delivered: DeliveredBatch) => Promise<void>
  /** Messages wait that a block could take now. */
  readonly hasIngress: () => boolean
  /** When a message that waits comes into the window of blocks; undefined when none does. */
  readonly findNextIngressDue: () => bigint | undefined
  /** A height is certified and on disk: answer whoever waits for it. */
  readonly publish: (certification: Certification, executed: Executed) => void
  readonly onFailure: (error: unknown) => void
}

export class RoundDriver {
  readonly #parts: RoundDriverParts
  #wake: NextWake
  #certifiedTimeNs: bigint
  #isRunning = false
  /** Something came in while a run was about to end. */
  #isPoked = false
  #isStopped = false
  #timer: NodeJS.Timeout | undefined
  #freshness: {readonly promise: Promise<void>; readonly resolve: () => void; readonly reject: (error: unknown) => void} | undefined
  #idle: (() => void)[] = []
  #consensusWakeNs: bigint | undefined
  #endWait = (): void => {}

  /** `wake` and `certifiedTimeNs` are those of the state that the loop begins from. */
  constructor(parts: RoundDriverParts, wake: NextWake, certifiedTimeNs: bigint) {
    this.#parts = parts
    this.#wake = wake
    this.#certifiedTimeNs = certifiedTimeNs
  }

  get certifiedTimeNs(): bigint {
    return this.#certifiedTimeNs
  }

  /** Something came in: runs rounds until nothing is left to do. */
  poke(): void {
    if (this.#isStopped) return
    if (this.#isRunning) {
      this.#isPoked = true
      return
    }
    this.#isRunning = true
    this.#run().then(
      () => this.#settle(),
      (error) => {
        this.#isStopped = true
        this.#settle()
        this.#freshness?.reject(error)
        this.#parts.onFailure(error)
      },
    )
  }

  /** Resolves when the certified state is at most a second old; during a long execution it may be as old as a slice takes. */
  ensureFresh(): Promise<void> {
    const limitNs = this.#wake.hasLongExecution ? MAX_AGE_DURING_SLICE_NS : MAX_CERTIFICATE_AGE_NS
    if (this.#parts.nowNs() - this.#certifiedTimeNs <= limitNs) return Promise.resolve()
    return this.makeBlock()
  }

  /** Asks for a block even if it would be empty; resolves when it is certified and published. Rejects with what ended the loop. */
  makeBlock(): Promise<void> {
    if (!this.#freshness) {
      let [resolve, reject] = [(): void => {}, (_: unknown): void => {}]
      const promise = new Promise<void>((done, failed) => {
        resolve = done
        reject = failed
      })
      // Whoever awaits it sees a failure; it must not count as unhandled before.
      promise.catch(() => {})
      this.#freshness = {promise, resolve, reject}
    }
    const {promise} = this.#freshness
    this.poke()
    return promise
  }

  /** Lets the round in flight end and starts no other. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#endWait()
    clearTimeout(this.#timer)
    if (this.#isRunning) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#wake.hasLongExecution) await this.#waitForSlices()
      if (this.#isStopped) return
      const output = this.#parts.consensus.step(this.#parts.nowNs(), this.#workWanted())
      this.#consensusWakeNs = output.wakeAtNs
      if (output.batches.length === 0) return
      for (const delivered of output.batches) await this.#executeBatch(delivered)
    }
  }

  /** The block is made when its round can begin: so it holds whatever came in meanwhile. Ends early when the loop is stopped. */
  async #waitForSlices(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#endWait = resolve
    })
    await Promise.race([this.#parts.execution.slicesUsed(), stopped])
  }

  async #executeBatch(delivered: DeliveredBatch): Promise<void> {
    const {consensus, execution} = this.#parts
    const freshness = this.#freshness
    const logged = this.#parts.logBatch(delivered)
    // A failed sync is thrown below; without this, Node would end the process at once.
    logged.catch(() => {})
    const executed = await execution.execute(delivered.batch)
    consensus.addExecuted({height: executed.height, rootHash: executed.rootHash})
    const {certifications} = consensus.step(this.#parts.nowNs(), 'none') satisfies StepOutput
    await logged
    for (const certification of certifications) this.#publish(certification, executed)
    if (freshness && this.#freshness === freshness) {
      this.#freshness = undefined
      freshness.resolve()
    }
  }

  #publish(certification: Certification, executed: Executed): void {
    this.#certifiedTimeNs = executed.timeNs
    this.#wake = executed.wake
    this.#parts.execution.certified(certification.height, certification.signature)
    this.#parts.publish(certification, executed)
  }

  #workWanted(): Work {
    if (this.#freshness || this.#wake.hasWork || this.#isDue()) return 'block'
    return this.#parts.hasIngress() || this.#parts.consensus.hasResponses ? 'payload' : 'none'
  }

  #isDue(): boolean {
    const dueNs = this.#dueNs()
    return dueNs !== undefined && dueNs <= this.#parts.nowNs()
  }

  /** When time alone wants a block. */
  #dueNs(): bigint | undefined {
    const heartbeatNs = this.#wake.hasHeartbeat ? this.#certifiedTimeNs + HEARTBEAT_PERIOD_NS : undefined
    const {dueNs} = this.#wake
    if (heartbeatNs === undefined || dueNs === undefined) return dueNs ?? heartbeatNs
    return dueNs < heartbeatNs ? dueNs : heartbeatNs
  }

  /** After a run, which has done all that could be done: sleeps until time wants a block; while idle, signs ahead what the next round needs. */
  #settle(): void {
    this.#isRunning = false
    for (const resolve of this.#idle.splice(0)) resolve()
    if (this.#isStopped) return
    if (this.#isPoked) {
      this.#isPoked = false
      this.poke()
      return
    }
    clearTimeout(this.#timer)
    const wakes = [this.#dueNs(), this.#consensusWakeNs, this.#parts.findNextIngressDue()].filter((wake) => wake !== undefined)
    if (wakes.length > 0) {
      const sleepMs = wakes.reduce((least, wake) => Math.min(least, Number(wake - this.#parts.nowNs()) / 1e6), MAX_SLEEP_MS)
      this.#timer = setTimeout(() => this.poke(), Math.max(0, Math.ceil(sleepMs)))
    }
    this.#signAhead()
  }

  /** One signature a turn of the event loop, so that a request that comes meanwhile waits for one at most. */
  #signAhead(): void {
    setImmediate(() => {
      if (!this.#isRunning && !this.#isStopped && this.#parts.consensus.signAhead()) this.#signAhead()
    })
  }
}
