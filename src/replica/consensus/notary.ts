/** Shares notarizations and finalizations. Source: digest consensus section 3, steps 6 to 8. */

import type {SealedBlock} from './block.js'
import {SLOW_EXECUTION_DELAY_NS} from './parameters.js'
import type {Round} from './round.js'
import {findRoundStart, isChainTooLong} from './round-start.js'

/** Notarizes the best proposals of the height once their time has come. True when it did. */
export function notarize(round: Round): boolean {
  const {pool, config} = round
  const height = pool.notarizedHeight + 1
  if (!pool.findRanking(height)?.notaries.has(config.nodeId) || isChainTooLong(round)) return false
  const best = findBestProposals(round, height)
  const start = best.length > 0 ? findRoundStart(round, height) : undefined
  if (start === undefined) return false
  const dueNs = start + notaryDelay(round, best[0]!.rank)
  if (round.nowNs < dueNs && !round.isAlone) {
    round.wakeAt(dueNs)
    return false
  }
  let changed = false
  for (const {hash} of best) changed = round.share({purpose: 'notarization', height, subject: hash}) || changed
  return changed
}

/** Of the lowest rank whose maker did not sign two blocks. */
function findBestProposals({pool}: Round, height: number): SealedBlock[] {
  const honest = pool.listProposals(height).filter(({block}) => !pool.findEquivocation(height, block.maker))
  const lowest = Math.min(...honest.map(({block}) => block.rank))
  return honest.map(({block}) => block).filter(({rank}) => rank === lowest)
}

/** Longer for higher ranks, and the longer the further finalization and certification lag. */
function notaryDelay({pool, config, certifiedHeight, isHalted, isAlone}: Round, rank: number): bigint {
  if (isAlone) return 0n
  const backlog = 1.5 ** Math.min(pool.notarizedHeight - pool.finalizedHeight, 20)
  const uncertified = pool.finalizedHeight - certifiedHeight
  const slowDown = uncertified > 1 && !isHalted ? SLOW_EXECUTION_DELAY_NS * BigInt(uncertified) : 0n
  return config.initialNotaryDelayNs + BigInt(Math.round(Number(config.unitDelayNs) * rank * backlog)) + slowDown
}

/** Shares the finalization of heights where this node knows one notarized block and never notarized another. True when it did. */
export function finalize(round: Round): boolean {
  const {pool, config} = round
  let changed = false
  for (let height = pool.finalizedHeight + 1; height <= pool.notarizedHeight; height++) {
    const notarized = pool.listNotarized(height)
    const block = notarized[0]
    if (notarized.length !== 1 || !block || !pool.findRanking(height)?.notaries.has(config.nodeId)) continue
    if (pool.statements.hasShareOf(config.nodeId, 'finalization', height) || notarizedAnother(round, block)) continue
    changed = round.share({purpose: 'finalization', height, subject: block.hash}) || changed
  }
  return changed
}

/** Without this check a node could help two blocks of one height to become final. */
function notarizedAnother({pool, config}: Round, {height, hash}: SealedBlock): boolean {
  return pool.statements
    .listAt('notarization', height)
    .some(({statement, shares}) => statement.subject !== hash && shares.has(config.nodeId))
}
