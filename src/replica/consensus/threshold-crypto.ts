/**
 * The real signatures: Ed25519 of each node, and BLS12-381 with the subnet's secrets in shares. `initBls` must have finished.
 *
 * With one node a share of the key is the key, and a share of a signature the signature.
 */

import {toHex} from '../../base/bytes.js'
import type {NodeId} from '../../protocol/principal.js'
import {signBls, verifyBls} from '../crypto/bls.js'
import {combineSignatureShares} from '../crypto/bls-threshold.js'
import {type Ed25519Key, signEd25519} from '../crypto/keys.js'
import {findSignatureFault} from '../crypto/signatures.js'
import type {CommitteeKey, ConsensusCrypto} from './crypto.js'
import type {NodeSignature} from './statements.js'

/** What all nodes know of a committee's key. */
export interface CommitteePublicKeys {
  /** Compressed G2, 96 bytes. */
  readonly publicKey: Uint8Array
  /** Of the share of each node, in the order of the nodes. */
  readonly sharePublicKeys: readonly Uint8Array[]
}

export interface ThresholdKeys {
  /** Sorted; the position is the index of a node's shares. */
  readonly nodes: readonly {readonly nodeId: NodeId; readonly publicKeyDer: Uint8Array}[]
  readonly nodeKey: Ed25519Key
  readonly committees: Readonly<Record<CommitteeKey, CommitteePublicKeys>>
  /** This node's shares: scalars of 32 bytes. */
  readonly secretShares: Readonly<Record<CommitteeKey, Uint8Array>>
}

const NO_ROOT_KEY = new Uint8Array(0)
/** Of one's own signatures: to check one by pairing takes 3 ms. */
const MAX_REMEMBERED = 64

export class ThresholdCrypto implements ConsensusCrypto {
  readonly #keys: ThresholdKeys
  readonly #indices: ReadonlyMap<NodeId, number>
  /** Signature → key and message, in hexadecimal: what this node, alone in its committees, has just made. */
  readonly #own = new Map<string, string>()

  constructor(keys: ThresholdKeys) {
    this.#keys = keys
    this.#indices = new Map(keys.nodes.map(({nodeId}, index) => [nodeId, index]))
  }

  sign(message: Uint8Array): Uint8Array {
    return signEd25519(this.#keys.nodeKey, message)
  }

  verify(signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean {
    const index = this.#indices.get(signer)
    if (index === undefined) return false
    const {publicKeyDer} = this.#keys.nodes[index]!
    return findSignatureFault({publicKey: publicKeyDer, signature, payload: message, rootKey: NO_ROOT_KEY}) === undefined
  }

  signShare(key: CommitteeKey, message: Uint8Array): Uint8Array {
    const signature = signBls(this.#keys.secretShares[key], message)
    if (this.#keys.nodes.length === 1) this.#remember(signature, key + toHex(message))
    return signature
  }

  verifyShare(key: CommitteeKey, signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean {
    const index = this.#indices.get(signer)
    return index !== undefined && verifyBls(this.#keys.committees[key].sharePublicKeys[index]!, signature, message)
  }

  combineShares(_key: CommitteeKey, shares: readonly NodeSignature[]): Uint8Array | undefined {
    if (this.#keys.nodes.length === 1) return shares[0]?.signature
    return combineSignatureShares(shares.map(({signer, signature}) => ({index: this.#indices.get(signer)!, signature})))
  }

  verifyCombined(key: CommitteeKey, message: Uint8Array, signature: Uint8Array): boolean {
    if (this.#own.get(toHex(signature)) === key + toHex(message)) return true
    return verifyBls(this.#keys.committees[key].publicKey, signature, message)
  }

  #remember(signature: Uint8Array, signed: string): void {
    this.#own.set(toHex(signature), signed)
    if (this.#own.size > MAX_REMEMBERED) this.#own.delete(this.#own.keys().next().value!)
  }
}
