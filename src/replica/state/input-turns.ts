/**
 * Whose message a canister executes next. The ingress queue, senders of the same subnet and senders of other subnets take turns;
 * inside the two groups the senders take turns, a message each.
 *
 * Source: digest execution-and-cycles section 2, "Queues".
 */

import type {CanisterId} from '../../protocol/principal.js'

export type InputGroup = 'local' | 'ingress' | 'remote'
const GROUPS: readonly InputGroup[] = ['local', 'ingress', 'remote']

export interface TurnsSnapshot {
  readonly next: number
  readonly hasIngress: boolean
  readonly local: readonly CanisterId[]
  readonly remote: readonly CanisterId[]
}

export class InputTurns {
  #next = 0
  #hasIngress = false
  readonly #senders: {readonly local: CanisterId[]; readonly remote: CanisterId[]}

  constructor(snapshot?: TurnsSnapshot) {
    this.#next = snapshot?.next ?? 0
    this.#hasIngress = snapshot?.hasIngress ?? false
    this.#senders = {local: [...(snapshot?.local ?? [])], remote: [...(snapshot?.remote ?? [])]}
  }

  isEmpty(): boolean {
    return !this.#hasIngress && this.#senders.local.length === 0 && this.#senders.remote.length === 0
  }

  /** The ingress queue has got its first message. */
  addIngress(): void {
    this.#hasIngress = true
  }

  /** The input queue of `sender` has got its first message. */
  addSender(sender: CanisterId, group: 'local' | 'remote'): void {
    this.#senders[group].push(sender)
  }

  /** The queue in turn, taken out: it is put back with `add…` when it has more messages. */
  take(): {readonly group: 'ingress'} | {readonly group: 'local' | 'remote'; readonly sender: CanisterId} | undefined {
    for (let tried = 0; tried < GROUPS.length; tried++) {
      const group = GROUPS[this.#next]!
      this.#next = (this.#next + 1) % GROUPS.length
      if (group !== 'ingress') {
        const sender = this.#senders[group].shift()
        if (sender !== undefined) return {group, sender}
      } else if (this.#hasIngress) {
        this.#hasIngress = false
        return {group}
      }
    }
    return undefined
  }

  /** Takes out queues that lost their messages otherwise, e.g. to a deadline. */
  keepOnly(hasIngress: boolean, hasMessages: (sender: CanisterId) => boolean): void {
    this.#hasIngress &&= hasIngress
    for (const senders of [this.#senders.local, this.#senders.remote]) senders.splice(0, senders.length, ...senders.filter(hasMessages))
  }

  snapshot(): TurnsSnapshot {
    return {next: this.#next, hasIngress: this.#hasIngress, local: [...this.#senders.local], remote: [...this.#senders.remote]}
  }
}
