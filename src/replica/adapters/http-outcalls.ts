/**
 * The HTTPS outcalls of a node: starts those that the state waits for, and hands out what came of each.
 *
 * The results go on to the transform (run as a query, elsewhere) and to consensus. Source: digest management-canister section 8.
 */

import type {HttpOutcall} from '../state/replicated-state.js'
import {type OutcallOptions, type OutcallResult, performOutcall} from './perform-outcall.js'

/** A call in `ReplicatedState.pendingSubnetCalls`. */
export interface PendingOutcall {
  readonly id: number
  readonly request: HttpOutcall
}

export interface HttpOutcallsOptions extends Omit<OutcallOptions, 'signal'> {
  /** Called once for each outcall that was not cancelled. */
  readonly onResult: (outcall: PendingOutcall, result: OutcallResult) => void
  readonly maxConcurrent?: number
  readonly answerTimeoutMs?: number
}

interface Known {
  readonly controller: AbortController
  readonly timer: NodeJS.Timeout
}

/** Open connections; more wait. */
const MAX_CONCURRENT = 100
/** From when it is known here, waiting included. */
const ANSWER_TIMEOUT_MS = 60_000
const TIMED_OUT = {kind: 'reject', code: 2, message: 'Canister http request timed out'} as const

export class HttpOutcalls {
  readonly #options: HttpOutcallsOptions
  /** Everything begun, or done and still pending in the state. */
  readonly #known = new Map<number, Known>()
  #queue: PendingOutcall[] = []
  #running = 0

  constructor(options: HttpOutcallsOptions) {
    this.#options = options
  }

  /** What the newest state waits for: begins what is new, and cancels what is not wanted any more. */
  update(pending: readonly PendingOutcall[]): void {
    const wanted = new Set(pending.map(({id}) => id))
    for (const [id, {controller, timer}] of this.#known)
      if (!wanted.has(id)) {
        this.#known.delete(id)
        clearTimeout(timer)
        controller.abort()
      }
    this.#queue = this.#queue.filter(({id}) => wanted.has(id))
    for (const outcall of pending) {
      if (this.#known.has(outcall.id)) continue
      this.#known.set(outcall.id, {controller: new AbortController(), timer: this.#startTimer(outcall)})
      this.#queue.push(outcall)
    }
    this.#startNext()
  }

  /** Cancels everything. */
  close(): void {
    this.update([])
  }

  #startTimer(outcall: PendingOutcall): NodeJS.Timeout {
    const expire = (): void => {
      this.#queue = this.#queue.filter(({id}) => id !== outcall.id)
      this.#known.get(outcall.id)?.controller.abort()
      this.#options.onResult(outcall, TIMED_OUT)
    }
    return setTimeout(expire, this.#options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS)
  }

  #startNext(): void {
    while (this.#running < (this.#options.maxConcurrent ?? MAX_CONCURRENT)) {
      const outcall = this.#queue.shift()
      if (!outcall) return
      this.#running++
      void this.#perform(outcall)
    }
  }

  async #perform(outcall: PendingOutcall): Promise<void> {
    const {onResult, ...options} = this.#options
    const {controller, timer} = this.#known.get(outcall.id)!
    const {signal} = controller
    const result = await performOutcall(outcall.request, {...options, signal})
    this.#running--
    if (!signal.aborted) {
      clearTimeout(timer)
      onResult(outcall, result)
    }
    this.#startNext()
  }
}
