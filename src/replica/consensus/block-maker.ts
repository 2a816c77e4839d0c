/** Proposes blocks. Source: digest consensus section 3 step 4, section 4. */

import {proposalMessage} from './artifacts.js'
import {type DkgPayload, EMPTY_PAYLOAD, type Payload, type SealedBlock, sealBlock} from './block.js'
import {isSummaryHeight, MAX_FAILED_RECENTLY, RECENT_BLOCKS} from './parameters.js'
import {findPayloadRules, type PayloadRules, QUERY_STATS_BYTES} from './proposal-rules.js'
import {responseBytes} from './responses.js'
import type {Round, Work} from './round.js'
import {findRoundStart, isChainTooLong} from './round-start.js'

/** A node alone agrees on one batch while another is executed, and no further: messages that wait go into one larger block. */
const MAX_AHEAD_ALONE = 1

/** Proposes the next block when it is this node's turn. True when it did. */
export function makeBlock(round: Round): boolean {
  const {pool, config} = round
  const height = pool.notarizedHeight + 1
  const rank = pool.findRanking(height)?.makers.indexOf(config.nodeId) ?? -1
  if (rank < 0 || isChainTooLong(round) || (round.isAlone && height - 1 - round.certifiedHeight > MAX_AHEAD_ALONE)) return false
  const proposals = pool.listProposals(height)
  const isTaken = proposals.some(
    ({block}) => block.maker === config.nodeId || (block.rank < rank && !pool.findEquivocation(height, block.maker)),
  )
  const work = findWork(round)
  if (isTaken || (work === 'none' && proposals.length === 0)) return false
  const start = findRoundStart(round, height)
  if (start === undefined) return false
  // Nothing to do but to help a height on that may become final by itself: give it the time of one more maker.
  const patience = round.work === 'none' && proposals.length === 0 ? config.unitDelayNs : 0n
  const dueNs = start + makerDelay(round, rank) + patience
  // Alone there is nobody to wait for, and a clock that was set back must not stop the chain.
  if (round.nowNs < dueNs && !round.isAlone) {
    round.wakeAt(dueNs)
    return false
  }
  const block = buildBlock(round, rank, work)
  if (!block) return false
  const proposal = {kind: 'proposal', block, signature: round.crypto.sign(proposalMessage(height, block.hash))} as const
  pool.addProposal(proposal, round.nowNs)
  round.send(proposal)
  // One empty block is what was asked for.
  if (round.work === 'block') round.work = 'payload'
  return true
}

/** A height that is notarized and not final needs another block above it, work or not. */
function findWork({work, pool}: Round): Work {
  return pool.notarizedHeight > pool.finalizedHeight ? 'block' : work
}

function makerDelay(round: Round, rank: number): bigint {
  const {unitDelayNs} = round.config
  const isSlow = rank > 0 && countFailedRecently(round) > MAX_FAILED_RECENTLY
  return unitDelayNs * BigInt(rank + (isSlow ? 1 : 0))
}

function countFailedRecently({pool}: Round): number {
  let failed = 0
  for (let height = pool.finalizedHeight; height > pool.finalizedHeight - RECENT_BLOCKS; height--)
    if ((pool.findFinalBlock(height)?.rank ?? 0) > 0) failed++
  return failed
}

function buildBlock(round: Round, rank: number, work: Work): SealedBlock | undefined {
  const {pool, config} = round
  const parent = pool.listNotarized(pool.notarizedHeight)[0]!
  const height = parent.height + 1
  // The parent's maker may have seen a newer certified state: wait for it.
  if (parent.certifiedHeight > round.certifiedHeight) return undefined
  const earliestNs = parent.timeNs + config.initialNotaryDelayNs + 1n
  const timeNs = round.nowNs > earliestNs ? round.nowNs : earliestNs
  const certifiedHeight = Math.min(round.certifiedHeight, height - 1)
  const rules = findPayloadRules(round, parent, {height, timeNs, certifiedHeight})
  if (!rules) return undefined
  // What waits while a summary is due makes the summary, and goes into the block after it.
  const waiting = round.isHalted ? EMPTY_PAYLOAD : buildPayload(round, rules)
  if (work === 'payload' && waiting.ingress.length + waiting.responses.length === 0) return undefined
  return sealBlock({
    height,
    parent: parent.hash,
    maker: config.nodeId,
    rank,
    timeNs,
    registryVersion: Math.max(parent.registryVersion, config.registryVersion),
    certifiedHeight,
    dkg: makeDkg(round, parent, height),
    payload: rules.isEmpty ? EMPTY_PAYLOAD : waiting,
    stoppedForNs: findStoppedTime(round, parent, timeNs),
  })
}

/** The first block after a start tells how long the subnet had stood still. */
function findStoppedTime({pool, stoppedForNs}: Round, parent: SealedBlock, timeNs: bigint): bigint {
  if (parent.height > pool.rootHeight) return 0n
  const sinceParentNs = timeNs - parent.timeNs
  return stoppedForNs < sinceParentNs ? stoppedForNs : sinceParentNs
}

function buildPayload(round: Round, rules: PayloadRules): Payload {
  const {config, queryStats: pool, responses: answers, payloads} = round
  // What is in a block of this node that is not final yet may still be needed again: wait for it.
  const isReported = rules.ancestors.some(({height, maker}) => maker === config.nodeId && height > round.deliveredHeight)
  const queryStats = isReported ? [] : pool.list()
  const statsBytes = queryStats.length * QUERY_STATS_BYTES
  const responses = answers.listAgreed(rules.answered, (rules.maxBytes - statsBytes) / 2)
  const bytes = responses.reduce((sum, response) => sum + responseBytes(response), statsBytes)
  return {queryStats, responses, ingress: payloads.build({...rules, maxBytes: rules.maxBytes - bytes})}
}

/** What a block at `height` has to say of key generation: exactly this. */
export function makeDkg({config}: Round, parent: SealedBlock, height: number): DkgPayload {
  const {registryVersion, nodes, dkgIntervalLength} = config
  if (isSummaryHeight(height, dkgIntervalLength)) return {kind: 'summary', registryVersion, members: nodes, transcripts: []}
  return {kind: 'data', summaryHeight: parent.dkg.kind === 'summary' ? parent.height : parent.dkg.summaryHeight, dealings: []}
}
