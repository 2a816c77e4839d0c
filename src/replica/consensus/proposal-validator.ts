/** Validates block proposals. Source: digest consensus section 5. */

import {type Proposal, proposalMessage} from './artifacts.js'
import {type DkgPayload, type SealedBlock, sealBlock} from './block.js'
import {makeDkg} from './block-maker.js'
import {LOOK_AHEAD_HEIGHTS} from './parameters.js'
import {findPayloadFault, findPayloadRules} from './proposal-rules.js'
import type {Round} from './round.js'
import type {Verdict} from './validator.js'

/** Takes a valid proposal in. A second one of the same maker is taken too, with the proof that disqualifies both. */
export function judgeProposal(round: Round, proposal: Proposal): Verdict {
  const {pool, config} = round
  const {block, signature} = proposal
  const {height, maker} = block
  if (height <= pool.finalizedHeight || height > pool.notarizedHeight + LOOK_AHEAD_HEIGHTS || pool.findBlock(block.hash)) return 'refused'
  if (!config.nodes.includes(maker) || !round.crypto.verify(maker, proposalMessage(height, block.hash), signature)) return 'refused'
  const makers = pool.findRanking(height)?.makers
  if (!makers) return 'later'
  if (makers.indexOf(maker) !== block.rank) return 'refused'
  const equivocation = pool.findSecondSignature(proposal)
  if (equivocation) {
    pool.addEquivocation(equivocation)
    round.send(equivocation)
  }
  const parent = pool.findBlock(block.parent)
  if (!parent || !pool.isNotarized(parent)) return 'later'
  const verdict = judgeContext(round, block, parent)
  if (verdict === 'taken') pool.addProposal(proposal, round.nowNs)
  return verdict
}

function judgeContext(round: Round, block: SealedBlock, parent: SealedBlock): Verdict {
  const isGreater =
    block.height === parent.height + 1 &&
    block.timeNs > parent.timeNs &&
    block.stoppedForNs <= block.timeNs - parent.timeNs &&
    block.registryVersion >= parent.registryVersion &&
    block.certifiedHeight >= parent.certifiedHeight &&
    block.certifiedHeight < block.height
  if (!isGreater || !isSameDkg(block, makeDkg(round, parent, block.height))) return 'refused'
  if (block.registryVersion > round.config.registryVersion || block.certifiedHeight > round.certifiedHeight) return 'later'
  if (isAheadOfTime(round, block, parent)) return 'later'
  const rules = findPayloadRules(round, parent, block)
  if (!rules) return 'later'
  return findPayloadFault(round, block.payload, rules) === undefined ? 'taken' : 'refused'
}

function isSameDkg(block: SealedBlock, dkg: DkgPayload): boolean {
  return sealBlock({...block, dkg}).hash === block.hash
}

/** A node with a slow clock still follows: time also passes since the parent came. */
function isAheadOfTime(round: Round, block: SealedBlock, parent: SealedBlock): boolean {
  const parentSeenNs = round.pool.findSeenAt('block', parent.hash) ?? round.nowNs
  const waitNs = block.timeNs - parent.timeNs - (round.nowNs - parentSeenNs)
  if (block.timeNs <= round.nowNs || waitNs <= 0n) return false
  round.wakeAt(block.timeNs)
  round.wakeAt(round.nowNs + waitNs)
  return true
}
