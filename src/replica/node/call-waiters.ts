/** HTTP requests that wait for the outcome of a call, at most ten seconds. Digest http-interface section 7. */

import type {CallAnswer, DelegationKind} from '../http/port.js'
import type {MessageId} from '../state/messages.js'

/** Reference implementation: how long a synchronous call is held. */
const MAX_WAIT_MS = 10_000

const TIMED_OUT: CallAnswer = {
  kind: 'accepted',
  text: 'Message did not complete execution and certification within the replica defined timeout.',
}

interface Waiter {
  readonly delegation: DelegationKind
  readonly resolve: (answer: CallAnswer) => void
  readonly timer: NodeJS.Timeout
}

export class CallWaiters {
  readonly #waiting = new Map<MessageId, Waiter>()

  get size(): number {
    return this.#waiting.size
  }

  has(id: MessageId): boolean {
    return this.#waiting.has(id)
  }

  /** Resolves with the certificate, or after ten seconds with the word to poll. */
  wait(id: MessageId, delegation: DelegationKind): Promise<CallAnswer> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(id, TIMED_OUT), MAX_WAIT_MS)
      this.#waiting.set(id, {delegation, resolve, timer})
    })
  }

  /** `makeCertificate` is called only when somebody waits, with the kind of delegation that is wanted. */
  answer(id: MessageId, makeCertificate: (delegation: DelegationKind) => Uint8Array): void {
    const waiting = this.#waiting.get(id)
    if (waiting) this.#settle(id, {kind: 'certificate', certificate: makeCertificate(waiting.delegation)})
  }

  /** Lets everyone go, to poll after the restart. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, TIMED_OUT)
  }

  #settle(id: MessageId, answer: CallAnswer): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    waiting.resolve(answer)
  }
}
