/** Certifies executed states and makes catch-up packages. Source: digest consensus sections 7 and 8. */

import {fromHex, toHex} from '../../base/bytes.js'
import type {CatchUpPackage} from './artifacts.js'
import type {SealedBlock} from './block.js'
import {certificationOf} from './delivery.js'
import {CHAIN_BELOW_CATCH_UP} from './parameters.js'
import type {Anchor} from './pool.js'
import {beaconHash} from './randomness.js'
import type {ExecutedState, Round} from './round.js'
import type {Aggregate, Hash, Statement} from './statements.js'

/** Signs the root of each executed state, and gives out the certifications that are complete. True when something moved. */
export function certify(round: Round): boolean {
  let changed = false
  for (const state of [...round.executed.values()].sort((a, b) => a.height - b.height)) {
    const own = toHex(state.rootHash) as Hash
    changed = (state.height > round.certifiedHeight && round.share(certificationOf(state.height, own))) || changed
    const aggregate = round.pool.statements.findAggregate('certification', state.height)
    if (aggregate) changed = accept(round, state, aggregate) || changed
  }
  return changed
}

/** Only a certification of what this node has computed itself counts. */
function accept(round: Round, {height, rootHash}: ExecutedState, {statement, proof}: Aggregate): boolean {
  if (height <= round.certifiedHeight) return false
  const own = toHex(rootHash) as Hash
  if (statement.subject !== own) {
    round.report({divergence: {height, own, certified: statement.subject as Hash}})
    return false
  }
  round.certifiedHeight = height
  round.certifications.push({height, rootHash: fromHex(statement.subject), signature: proof as Uint8Array})
  return true
}

/** Shares and completes the package of the newest summary, once its state is known. True when something moved. */
export function makeCatchUp(round: Round): boolean {
  const {pool, summary, executed} = round
  const height = summary?.block.height ?? 0
  const stateHash = executed.get(height)?.stateHash
  const tip = pool.findFinalBlock(pool.finalizedHeight)
  // Everything above the package must already build on its state.
  const isDue = stateHash && tip && tip.certifiedHeight >= height && height > (pool.catchUp?.block.height ?? 0)
  if (!summary || !isDue) return false
  const statement = {purpose: 'catch-up', height, subject: catchUpSubject(summary.block, summary.beacon, toHex(stateHash))} as const
  return completeCatchUp(round, summary, statement) || round.share(statement)
}

export function catchUpSubject(block: SealedBlock, beacon: Aggregate, stateHash: string): string {
  return block.hash + beaconHash(beacon) + stateHash
}

function completeCatchUp(round: Round, {block, beacon}: Anchor, statement: Statement): boolean {
  const aggregate = round.pool.statements.find(statement)?.aggregate
  if (!aggregate) return false
  const made: CatchUpPackage = {kind: 'catch-up', block, beacon, aggregate}
  round.pool.catchUp = made
  round.report({catchUp: made})
  round.send(made)
  return true
}

/**
 * Forgets what nobody needs: below the newest package, less a stretch for nodes that lag. A node alone has no such nodes and keeps
 * only what the next block builds on.
 */
export function purge(round: Round): void {
  const {pool, certifiedHeight, deliveredHeight, summary} = round
  const catchUpHeight = pool.catchUp?.block.height ?? 0
  pool.removeBelow(round.isAlone ? Math.min(certifiedHeight, deliveredHeight) : catchUpHeight - CHAIN_BELOW_CATCH_UP)
  for (const height of round.executed.keys())
    if (height < certifiedHeight && (height !== summary?.block.height || height <= catchUpHeight)) round.executed.delete(height)
}
