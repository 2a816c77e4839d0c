/** The signatures that consensus needs, as an interface: real keys in a replica, hashes in a simulation. */

import type {NodeId} from '../../protocol/principal.js'
import type {NodeSignature} from './statements.js'

/** `low`: beacon and tape, f + 1 shares; `high`: certifications and catch-up packages, 2f + 1. */
export type CommitteeKey = 'low' | 'high'

export interface ConsensusCrypto {
  /** By this node's own key. */
  sign(message: Uint8Array): Uint8Array
  verify(signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean
  /** By this node's share of the committee's key. */
  signShare(key: CommitteeKey, message: Uint8Array): Uint8Array
  verifyShare(key: CommitteeKey, signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean
  /** The committee's signature from exactly its threshold of shares; a wrong one when a share is wrong, undefined when one is not even a signature. */
  combineShares(key: CommitteeKey, shares: readonly NodeSignature[]): Uint8Array | undefined
  verifyCombined(key: CommitteeKey, message: Uint8Array, signature: Uint8Array): boolean
}
