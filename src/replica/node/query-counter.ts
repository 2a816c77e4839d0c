/** What the queries that this node answers add up to per canister, until the next batch takes it to consensus: `canister_status.query_stats`. */

import type {CanisterId} from '../../protocol/principal.js'
import type {QueryRecord} from '../execution/queries.js'
import type {QueryStatsDelta} from '../messaging/batch.js'

export class QueryCounter {
  #counted = new Map<CanisterId, QueryStatsDelta>()

  count(records: readonly QueryRecord[]): void {
    for (const {canisterId, instructions, requestPayloadBytes, responsePayloadBytes} of records) {
      const before = this.#counted.get(canisterId)
      this.#counted.set(canisterId, {
        canisterId,
        calls: (before?.calls ?? 0n) + 1n,
        instructions: (before?.instructions ?? 0n) + instructions,
        requestPayloadBytes: (before?.requestPayloadBytes ?? 0n) + BigInt(requestPayloadBytes),
        responsePayloadBytes: (before?.responsePayloadBytes ?? 0n) + BigInt(responsePayloadBytes),
      })
    }
  }

  /** Starts again from zero. */
  take(): QueryStatsDelta[] {
    const taken = [...this.#counted.values()]
    this.#counted = new Map()
    return taken
  }
}
