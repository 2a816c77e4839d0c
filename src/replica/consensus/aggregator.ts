/** Turns enough shares into an aggregate. */

import {committeeSize, highThreshold, lowThreshold} from './parameters.js'
import {beaconHash} from './randomness.js'
import type {Round} from './round.js'
import type {StatementEntry} from './statement-table.js'
import {type Aggregate, committeeKeyOf, type Hash, MULTI_SIGNED, messageOf, type Purpose, type Share, type Statement} from './statements.js'

/** Shares that make a statement the subnet's. */
export function thresholdOf(purpose: Purpose, n: number): number {
  if (MULTI_SIGNED.has(purpose)) return highThreshold(n)
  return committeeKeyOf(purpose) === 'low' ? lowThreshold(n) : highThreshold(n)
}

/** True when something new was aggregated. */
export function aggregate(round: Round): boolean {
  let changed = false
  for (const entry of round.pool.statements.listOpen()) {
    const made = aggregateEntry(round, entry)
    if (!made) continue
    round.pool.addAggregate(made, round.nowNs)
    round.send(made)
    changed = true
  }
  return changed
}

function aggregateEntry(round: Round, entry: StatementEntry): Aggregate | undefined {
  const {statement, shares} = entry
  const threshold = thresholdOf(statement.purpose, round.config.nodes.length)
  if (shares.size < threshold) return undefined
  if (!hasGround(round, statement)) return undefined
  const chosen = [...shares.values()].sort((a, b) => (a.signer < b.signer ? -1 : 1)).slice(0, threshold)
  const proof = MULTI_SIGNED.has(statement.purpose)
    ? chosen.map(({signer, signature}) => ({signer, signature}))
    : combine(round, entry, chosen)
  return proof && {kind: 'aggregate', statement, proof}
}

/** A block must be known and valid here, and a beacon follow the last one, or the chain would have a hole. */
function hasGround({pool}: Round, {purpose, height, subject}: Statement): boolean {
  if (MULTI_SIGNED.has(purpose)) return pool.findBlock(subject as Hash) !== undefined
  if (purpose !== 'beacon') return true
  const previous = pool.findBeacon(height - 1)
  return previous !== undefined && subject === beaconHash(previous)
}

/** Combines first and verifies once; single shares are looked at only when that fails, and bad ones thrown out. */
function combine({crypto, config, isAlone}: Round, entry: StatementEntry, chosen: readonly Share[]): Uint8Array | undefined {
  const key = committeeKeyOf(entry.statement.purpose)
  const message = messageOf(entry.statement)
  const signature = crypto.combineShares(key, chosen)
  if (isAlone || (signature && crypto.verifyCombined(key, message, signature))) return signature
  for (const share of chosen)
    if (share.signer !== config.nodeId && !crypto.verifyShare(key, share.signer, message, share.signature))
      entry.shares.delete(share.signer)
  return undefined
}

/** True when the aggregate was signed by enough members; `notaries` is the committee of its height. */
export function isAggregateSound({config, crypto}: Round, {statement, proof}: Aggregate, notaries: ReadonlySet<string>): boolean {
  const message = messageOf(statement)
  if (!MULTI_SIGNED.has(statement.purpose))
    return proof instanceof Uint8Array && crypto.verifyCombined(committeeKeyOf(statement.purpose), message, proof)
  if (proof instanceof Uint8Array) return false
  const signers = new Set(proof.map(({signer}) => signer))
  return (
    signers.size === proof.length &&
    proof.length >= thresholdOf(statement.purpose, config.nodes.length) &&
    proof.length <= committeeSize(config.nodes.length) &&
    proof.every(({signer, signature}) => notaries.has(signer) && crypto.verify(signer, message, signature))
  )
}
