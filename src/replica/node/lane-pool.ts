/**
 * Lanes on threads: one worker for each long execution. A lane that is given up ends with its thread; one that has ended waits for the next.
 *
 * A thread starts in about 20 ms and an idle one weighs 9 MB (measured 2026-11, Node 20).
 */

import {MessageChannel, type MessagePort, receiveMessageOnPort, Worker} from 'node:worker_threads'
import type {CanisterId} from '../../protocol/principal.js'
import type {LaneStart, Lanes} from '../canister/lanes.js'
import type {ExecutedCode, ExecutionInput, ExecutionOutput} from '../canister/runtime.js'
import {applyImage, copyMemory, LANE_STATE, LaneControl, type LaneResult, type LaneTask} from './lane-protocol.js'

/** As for the execution worker: recursion ends at the engine's depth counter, not at the end of the stack. */
const STACK_MB = 64
/** Threads kept for the next long execution. */
const MAX_IDLE = 2

interface LaneThread {
  readonly worker: Worker
  readonly results: MessagePort
}

interface Lane {
  readonly thread: LaneThread
  readonly control: LaneControl
}

export class LanePool implements Lanes {
  readonly #lanes = new Map<CanisterId, Lane>()
  readonly #idle: LaneThread[] = []

  has(canisterId: CanisterId): boolean {
    return this.#lanes.has(canisterId)
  }

  /** Starts none when the system has no memory for the copies: `collect` says so. */
  start(start: LaneStart): void {
    try {
      this.#start(start)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }

  #start({input, compiled}: LaneStart): void {
    const {code, entry, sandbox, instructionLimit, fuel = instructionLimit, effects} = input
    const control = new LaneControl()
    control.fuel = fuel
    const {module, info, kind} = compiled
    const task: LaneTask = {
      shared: control.shared,
      compiled: {module, info, kind},
      entry,
      sandbox,
      instructionLimit,
      keepsEffects: effects !== 'drop',
      heap: copyMemory(code.heap),
      stable: copyMemory(code.stable),
      globals: code.globals,
    }
    const thread = this.#idle.pop() ?? startThread()
    this.#lanes.set(sandbox.canister.id, {thread, control})
    thread.worker.once('error', () => this.#breakDown(thread))
    thread.worker.postMessage(task, [task.heap.content.buffer, task.stable.content.buffer])
  }

  refuel(canisterId: CanisterId, fuel: bigint): void {
    const {control} = this.#lanes.get(canisterId)!
    control.fuel = fuel
    if (control.state === LANE_STATE.outOfFuel) control.state = LANE_STATE.running
  }

  collect(input: ExecutionInput): ExecutionOutput | undefined {
    const {id} = input.sandbox.canister
    const lane = this.#lanes.get(id)
    if (!lane) return undefined
    const {thread, control} = lane
    control.waitWhile(LANE_STATE.running)
    if (control.state === LANE_STATE.outOfFuel) return {kind: 'paused'}
    const received = receiveMessageOnPort(thread.results) as {readonly message: LaneResult} | undefined
    if (received?.message.kind !== 'finished') {
      this.discard(id)
      return undefined
    }
    this.#lanes.delete(id)
    this.#rest(thread)
    return applyResult(input, received.message)
  }

  discard(canisterId: CanisterId): void {
    const lane = this.#lanes.get(canisterId)
    this.#lanes.delete(canisterId)
    if (lane) endThread(lane.thread)
  }

  discardAll(): void {
    for (const id of [...this.#lanes.keys()]) this.discard(id)
  }

  /** Resolves when every lane has ended or used up its fuel: no `collect` waits then. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({control}) => control.settled()))
  }

  /** Ends all threads. */
  close(): void {
    this.discardAll()
    for (const thread of this.#idle.splice(0)) endThread(thread)
  }

  #rest(thread: LaneThread): void {
    thread.worker.removeAllListeners('error')
    if (this.#idle.length < MAX_IDLE) this.#idle.push(thread)
    else endThread(thread)
  }

  /** The thread died, e.g. for want of memory: whoever waits for it goes on without. */
  #breakDown(thread: LaneThread): void {
    for (const lane of this.#lanes.values()) if (lane.thread === thread) lane.control.state = LANE_STATE.ended
  }
}

function startThread(): LaneThread {
  const {port1, port2} = new MessageChannel()
  const worker = new Worker(new URL(import.meta.resolve('#entry/replica/node/lane.worker.js')), {
    workerData: {results: port2},
    transferList: [port2],
    resourceLimits: {stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 8192},
  })
  worker.unref()
  port1.unref()
  return {worker, results: port1}
}

function endThread({worker, results}: LaneThread): void {
  results.close()
  worker.removeAllListeners('error')
  worker.on('error', () => {})
  void worker.terminate()
}

function applyResult({code, effects}: ExecutionInput, {output, changed}: Extract<LaneResult, {kind: 'finished'}>): ExecutionOutput {
  if (!changed || output.result.kind === 'failure') return output
  const heap = effects === 'keep' ? code.heap : code.heap.clone()
  const stable = effects === 'keep' ? code.stable : code.stable.clone()
  applyImage(heap, changed.heap)
  applyImage(stable, changed.stable)
  const executed: ExecutedCode = {module: code.module, heap, stable, globals: changed.globals, heapVersion: code.heapVersion + 1}
  return {...output, result: {...output.result, code: executed}}
}
