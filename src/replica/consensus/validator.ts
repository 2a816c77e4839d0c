/** Decides about what other nodes send: take it in, throw it away, or look again later. Source: digest consensus sections 3, 5, 11. */

import {equalBytes} from '../../base/bytes.js'
import {isAggregateSound} from './aggregator.js'
import {type Artifact, type CatchUpPackage, type Equivocation, proposalMessage, type ResponseShare, responseMessage} from './artifacts.js'
import {catchUpSubject} from './certifier.js'
import {LOOK_AHEAD_HEIGHTS, MAX_UNCERTIFIED_HEIGHTS} from './parameters.js'
import {judgeProposal} from './proposal-validator.js'
import {beaconHash} from './randomness.js'
import type {Round} from './round.js'
import {type Aggregate, committeeKeyOf, MULTI_SIGNED, messageOf, type Share, type Statement} from './statements.js'

export type Verdict = 'taken' | 'refused' | 'later'

/** Judges one artifact, and puts it into the pool when it is taken. */
export function judge(round: Round, artifact: Artifact): Verdict {
  switch (artifact.kind) {
    case 'proposal':
      return judgeProposal(round, artifact)
    case 'share':
      return judgeShare(round, artifact)
    case 'aggregate':
      return judgeAggregate(round, artifact)
    case 'equivocation':
      return judgeEquivocation(round, artifact)
    case 'catch-up':
      return judgeCatchUp(round, artifact)
    case 'response':
      return judgeResponse(round, artifact)
  }
}

/** False for heights that are settled, and for those too far ahead to keep anything about. */
function isWanted(round: Round, {purpose, height}: Statement): boolean {
  const {pool, certifiedHeight, deliveredHeight} = round
  const [settled, newest] = {
    notarization: [pool.finalizedHeight, pool.notarizedHeight + LOOK_AHEAD_HEIGHTS],
    finalization: [pool.finalizedHeight, pool.notarizedHeight + LOOK_AHEAD_HEIGHTS],
    beacon: [pool.beaconHeight, pool.beaconHeight + LOOK_AHEAD_HEIGHTS],
    tape: [deliveredHeight, pool.finalizedHeight + LOOK_AHEAD_HEIGHTS],
    certification: [certifiedHeight, pool.finalizedHeight + MAX_UNCERTIFIED_HEIGHTS],
    'catch-up': [pool.catchUp?.block.height ?? 0, pool.finalizedHeight],
  }[purpose] as [number, number]
  return height > settled && height <= newest
}

function judgeShare(round: Round, share: Share): Verdict {
  const {statement, signer} = share
  const {purpose, height} = statement
  const {statements} = round.pool
  if (!round.config.nodes.includes(signer) || !isWanted(round, statement) || round.pool.isKnown(statement)) return 'refused'
  const known = statements.find(statement)?.shares.get(signer)
  if (known && equalBytes(known.signature, share.signature)) return 'refused'
  if (MULTI_SIGNED.has(purpose)) {
    const notaries = round.pool.findRanking(height)?.notaries
    if (!notaries) return 'later'
    if (!notaries.has(signer) || !round.crypto.verify(signer, messageOf(statement), share.signature)) return 'refused'
  } else if (statements.hasShareOf(signer, purpose, height) && !isShareSound(round, share)) return 'refused'
  // A first share of a threshold signature is believed until the combined one turns out wrong: one check for all.
  statements.addShare(share)
  return 'taken'
}

function isShareSound({crypto}: Round, {statement, signer, signature}: Share): boolean {
  return crypto.verifyShare(committeeKeyOf(statement.purpose), signer, messageOf(statement), signature)
}

function judgeAggregate(round: Round, aggregate: Aggregate): Verdict {
  const {statement} = aggregate
  const {pool} = round
  if (statement.purpose === 'catch-up' || !isWanted(round, statement) || pool.isKnown(statement)) return 'refused'
  if (statement.purpose === 'beacon') {
    const previous = pool.findBeacon(statement.height - 1)
    if (!previous) return 'later'
    if (statement.subject !== beaconHash(previous)) return 'refused'
  }
  const notaries = MULTI_SIGNED.has(statement.purpose) ? pool.findRanking(statement.height)?.notaries : new Set<string>()
  if (!notaries) return 'later'
  if (!isAggregateSound(round, aggregate, notaries)) return 'refused'
  pool.addAggregate(aggregate, round.nowNs)
  return 'taken'
}

function judgeEquivocation(round: Round, equivocation: Equivocation): Verdict {
  const {height, maker, proofs} = equivocation
  const isNews = height > round.pool.finalizedHeight && !round.pool.findEquivocation(height, maker)
  const isProof = proofs[0].hash !== proofs[1].hash && round.config.nodes.includes(maker)
  if (!isNews || !isProof) return 'refused'
  for (const {hash, signature} of proofs) if (!round.crypto.verify(maker, proposalMessage(height, hash), signature)) return 'refused'
  round.pool.addEquivocation(equivocation)
  return 'taken'
}

/** The subnet's signature is all that is needed: a node can jump over any gap. */
function judgeCatchUp(round: Round, catchUp: CatchUpPackage): Verdict {
  const {pool, crypto} = round
  const {block, beacon, aggregate} = catchUp
  if (block.height <= (pool.catchUp?.block.height ?? 0)) return 'refused'
  const {statement, proof} = aggregate
  const stateHash = statement.subject.slice(-64)
  const isConsistent =
    statement.purpose === 'catch-up' &&
    statement.height === block.height &&
    block.dkg.kind === 'summary' &&
    beacon.statement.purpose === 'beacon' &&
    beacon.statement.height === block.height &&
    beacon.proof instanceof Uint8Array &&
    statement.subject === catchUpSubject(block, beacon, stateHash)
  if (!isConsistent || !(proof instanceof Uint8Array) || !crypto.verifyCombined('high', messageOf(statement), proof)) return 'refused'
  if (block.height > pool.notarizedHeight + LOOK_AHEAD_HEIGHTS) {
    round.report({syncTo: catchUp})
    return 'taken'
  }
  // Near enough to be reached block by block.
  if (block.height > round.deliveredHeight) return 'later'
  pool.catchUp = catchUp
  return 'taken'
}

function judgeResponse(round: Round, share: ResponseShare): Verdict {
  const {id, contentHash, signer, signature} = share
  const isMember = round.config.nodes.includes(signer)
  if (!isMember || !round.crypto.verify(signer, responseMessage(id, contentHash), signature)) return 'refused'
  round.responses.addShare(share)
  return 'taken'
}
