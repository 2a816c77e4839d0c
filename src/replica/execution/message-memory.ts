/** How much message memory a subnet's guaranteed calls may take. Source: digest execution-and-cycles section 2. */

import {RESERVED_RESPONSE_BYTES} from '../state/canister-queues.js'
import type {Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {selectCanisters} from '../state/select-canisters.js'

const GUARANTEED_POOL_BYTES = 15 * 2 ** 30

/** Counts the memory of guaranteed calls during a batch; started with one pass over the canisters awake. */
export class MessageMemory {
  #usedBytes = 0

  constructor(state: ReplicatedState) {
    for (const {queues} of selectCanisters(state, () => true)) this.#usedBytes += queues.guaranteedBytes
  }

  /** Takes note that the queues of a canister grew or shrank. */
  add(deltaBytes: number): void {
    this.#usedBytes += deltaBytes
  }

  /** Bytes that a request asks for in vain; undefined when they are there. Best-effort messages are shed instead (`shed-load.ts`). */
  findShortage({deadlineSeconds}: Request): number | undefined {
    if (deadlineSeconds !== 0 || this.#usedBytes + RESERVED_RESPONSE_BYTES <= GUARANTEED_POOL_BYTES) return undefined
    return RESERVED_RESPONSE_BYTES
  }
}
