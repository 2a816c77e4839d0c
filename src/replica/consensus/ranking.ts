/** Who makes blocks and who notarizes at a height, drawn from the beacon before. Source: digest consensus section 3, step 2. */

import {bigEndian64, concatBytes} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {NodeId} from '../../protocol/principal.js'
import {committeeSize, lowThreshold} from './parameters.js'
import {hashOfSignature} from './statements.js'

const NOTARY_COMMITTEE = 1
const BLOCK_MAKERS = 2

export interface Ranking {
  /** In order of rank: the f + 1 nodes that may propose. */
  readonly makers: readonly NodeId[]
  readonly notaries: ReadonlySet<NodeId>
}

/** The ranking of the height after the one whose beacon has this signature. */
export function rankNodes(nodes: readonly NodeId[], beaconSignature: Uint8Array): Ranking {
  const seed = hashOfSignature('random_beacon_seed', beaconSignature)
  const makers = shuffle(nodes, sha256(seed, Uint8Array.of(BLOCK_MAKERS))).slice(0, lowThreshold(nodes.length))
  const size = committeeSize(nodes.length)
  const notaries = size === nodes.length ? nodes : shuffle(nodes, sha256(seed, Uint8Array.of(NOTARY_COMMITTEE))).slice(0, size)
  return {makers, notaries: new Set(notaries)}
}

/** Fisher-Yates over numbers drawn from SHA-256(seed ‖ counter); a draw that would favour low numbers is thrown away. */
export function shuffle<T>(items: readonly T[], seed: Uint8Array): T[] {
  const shuffled = [...items]
  let counter = 0n
  const draw = (limit: number): number => {
    for (const fair = 2 ** 32 - (2 ** 32 % limit); ; ) {
      const bytes = sha256(concatBytes(seed, bigEndian64(counter++)))
      const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
      if (value < fair) return value % limit
    }
  }
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = draw(last + 1)
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}
