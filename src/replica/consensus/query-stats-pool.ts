/**
 * What the queries that this node answered add up to, until a block of its own carries it. Each query was answered by one node, so the
 * reports of all nodes add up to all queries. Source: digest consensus section 4, "query_stats".
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {QueryStatsDelta} from '../messaging/batch.js'

/** Canisters in one block; more wait for the next. */
export const MAX_QUERY_STATS_PER_BLOCK = 1_000

export class QueryStatsPool {
  readonly #pending = new Map<CanisterId, QueryStatsDelta>()

  add(delta: QueryStatsDelta): void {
    const before = this.#pending.get(delta.canisterId)
    this.#pending.set(delta.canisterId, before ? sum(before, delta, 1n) : delta)
  }

  /** For a block of this node. */
  list(): QueryStatsDelta[] {
    const sorted = [...this.#pending.values()].sort((a, b) => (a.canisterId < b.canisterId ? -1 : 1))
    return sorted.slice(0, MAX_QUERY_STATS_PER_BLOCK)
  }

  /** A block of this node that carries them is final. */
  remove(deltas: readonly QueryStatsDelta[]): void {
    for (const delta of deltas) {
      const before = this.#pending.get(delta.canisterId)
      if (!before) continue
      const rest = sum(before, delta, -1n)
      if (rest.calls > 0n) this.#pending.set(delta.canisterId, rest)
      else this.#pending.delete(delta.canisterId)
    }
  }
}

function sum(a: QueryStatsDelta, b: QueryStatsDelta, sign: 1n | -1n): QueryStatsDelta {
  return {
    canisterId: a.canisterId,
    calls: a.calls + sign * b.calls,
    instructions: a.instructions + sign * b.instructions,
    requestPayloadBytes: a.requestPayloadBytes + sign * b.requestPayloadBytes,
    responsePayloadBytes: a.responsePayloadBytes + sign * b.responsePayloadBytes,
  }
}

/** What is wrong with the statistics of a proposed block, or undefined: each canister once, in order, with a call. */
export function findQueryStatsFault(stats: readonly QueryStatsDelta[]): string | undefined {
  if (stats.length > MAX_QUERY_STATS_PER_BLOCK) return 'too many query statistics'
  const isOrdered = stats.every(({canisterId, calls}, index) => calls > 0n && (index === 0 || stats[index - 1]!.canisterId < canisterId))
  return isOrdered ? undefined : 'query statistics out of order'
}
