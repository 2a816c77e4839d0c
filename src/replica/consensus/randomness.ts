/**
 * Random beacon and random tape: signatures of the subnet that nobody can foresee or choose.
 *
 * The beacon of a height ranks the makers of the next; it signs the hash of the beacon before. The tape of a height seeds its batch.
 * Source: digest consensus section 3, steps 1 and 9.
 */

import {toHex} from '../../base/bytes.js'
import {invariant} from '../../base/invariant.js'
import type {Round} from './round.js'
import {type Aggregate, type Hash, hashOfSignature, keyOf, messageOf, type Statement} from './statements.js'

/** Heights for which `signAhead` works in advance. */
const SIGN_AHEAD_HEIGHTS = 16

export function beaconHash(beacon: Aggregate): Hash {
  return toHex(hashOfSignature('random_beacon_hash', beacon.proof as Uint8Array)) as Hash
}

/** Shares the next beacon once the height has begun: when the one below has a notarized block. */
export function shareBeacon(round: Round): boolean {
  const {pool} = round
  const height = pool.beaconHeight + 1
  if (pool.notarizedHeight < height - 1) return false
  return round.share(beaconStatement(pool.findBeacon(pool.beaconHeight)!))
}

/** Shares the tapes of the heights to be delivered, and of the one after: no later, or the batch waits; no earlier, or it is foreseen. */
export function shareTape(round: Round): boolean {
  let changed = false
  const last = round.pool.finalizedHeight + (round.isAlone ? 0 : 1)
  for (let height = round.deliveredHeight + 1; height <= last; height++) changed = round.share(tapeStatement(height)) || changed
  return changed
}

/**
 * Makes one signature that will be needed: to be called while idle. False when there is none left to make.
 * With several nodes the next beacons depend on the others, and only tapes are signed.
 */
export function signAhead(round: Round): boolean {
  for (let height = round.deliveredHeight + 1; height <= round.deliveredHeight + SIGN_AHEAD_HEIGHTS; height++)
    if (!round.signedAhead.has(keyOf(tapeStatement(height)))) {
      signNow(round, tapeStatement(height))
      return true
    }
  return round.isAlone && signNextBeacon(round)
}

export function forgetSignedAhead(round: Round): void {
  for (const key of round.signedAhead.keys()) if (Number(key.split(' ')[1]) <= round.deliveredHeight) round.signedAhead.delete(key)
}

function signNextBeacon(round: Round): boolean {
  const {pool, beaconAhead, crypto, config} = round
  const isAhead = beaconAhead && beaconAhead.statement.height > pool.beaconHeight
  const previous = isAhead ? beaconAhead : pool.findBeacon(pool.beaconHeight)!
  if (previous.statement.height >= pool.beaconHeight + SIGN_AHEAD_HEIGHTS) return false
  const statement = beaconStatement(previous)
  const proof = crypto.combineShares('low', [{signer: config.nodeId, signature: signNow(round, statement)}])
  invariant(proof, 'a share of this node is no signature')
  round.beaconAhead = {kind: 'aggregate', statement, proof}
  return true
}

function signNow({crypto, signedAhead}: Round, statement: Statement): Uint8Array {
  const signature = crypto.signShare('low', messageOf(statement))
  signedAhead.set(keyOf(statement), signature)
  return signature
}

function beaconStatement(previous: Aggregate): Statement {
  return {purpose: 'beacon', height: previous.statement.height + 1, subject: beaconHash(previous)}
}

function tapeStatement(height: number): Statement {
  return {purpose: 'tape', height, subject: ''}
}
