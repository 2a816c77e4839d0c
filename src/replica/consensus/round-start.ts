/** When a height begins, and when none may. Source: digest consensus section 3, steps 3 and 6. */

import {MAX_HEIGHTS_PAST_CATCH_UP, MAX_UNCERTIFIED_HEIGHTS} from './parameters.js'
import type {Round} from './round.js'

/**
 * The time from which the delays of the height count: block and beacon of the one below are known, and there is a reason for another.
 * Undefined while the beacon is unknown. In a network that was idle the reason comes last: then the makers take their turns from it.
 */
export function findRoundStart({pool, nowNs}: Round, height: number): bigint | undefined {
  if (!pool.findBeacon(height - 1)) return undefined
  pool.markSeen('wanted', height, nowNs)
  const times = [pool.findSeenAt('notarization', height - 1), pool.findSeenAt('beacon', height - 1), pool.findSeenAt('wanted', height)]
  return times.reduce<bigint>((latest, time) => (time !== undefined && time > latest ? time : latest), 0n)
}

/** Certification or the next catch-up package lag so far behind that no more may be notarized. */
export function isChainTooLong({pool, certifiedHeight, config, isAlone}: Round): boolean {
  if (pool.notarizedHeight - certifiedHeight >= MAX_UNCERTIFIED_HEIGHTS) return true
  if (isAlone) return false
  const nextCatchUp = Math.max(pool.catchUp?.block.height ?? 0, pool.rootSummaryHeight) + config.dkgIntervalLength + 1
  return pool.notarizedHeight - nextCatchUp >= MAX_HEIGHTS_PAST_CATCH_UP
}
