/**
 * Signatures made of hashes, for simulations: every rule of consensus runs as with real keys, a thousand times faster. Whoever knows
 * the seed can sign for everybody.
 *
 *     signature of a node = SHA-256(seed ‖ node ‖ key ‖ message)
 *     share = hash of the message ‖ signature of the node over it; combined = hash of the message ‖ SHA-256(seed ‖ key ‖ hash)
 */

import {concatBytes, encodeUtf8, equalBytes} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {NodeId} from '../../protocol/principal.js'
import type {CommitteeKey, ConsensusCrypto} from './crypto.js'
import type {NodeSignature} from './statements.js'

const HASH_BYTES = 32

export class HashCrypto implements ConsensusCrypto {
  readonly #nodeId: NodeId
  readonly #seed: Uint8Array

  constructor(nodeId: NodeId, seed: string) {
    this.#nodeId = nodeId
    this.#seed = encodeUtf8(seed)
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#hash('node', this.#nodeId, message)
  }

  verify(signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean {
    return equalBytes(signature, this.#hash('node', signer, message))
  }

  signShare(key: CommitteeKey, message: Uint8Array): Uint8Array {
    return this.#share(key, this.#nodeId, sha256(message))
  }

  verifyShare(key: CommitteeKey, signer: NodeId, message: Uint8Array, signature: Uint8Array): boolean {
    return equalBytes(signature, this.#share(key, signer, sha256(message)))
  }

  combineShares(key: CommitteeKey, shares: readonly NodeSignature[]): Uint8Array | undefined {
    const digest = shares[0]?.signature.subarray(0, HASH_BYTES)
    if (digest?.length !== HASH_BYTES) return undefined
    const isSound = shares.every(({signer, signature}) => equalBytes(signature, this.#share(key, signer, digest)))
    return concatBytes(digest, isSound ? this.#hash('combined', key, digest) : new Uint8Array(HASH_BYTES))
  }

  verifyCombined(key: CommitteeKey, message: Uint8Array, signature: Uint8Array): boolean {
    const digest = sha256(message)
    return equalBytes(signature, concatBytes(digest, this.#hash('combined', key, digest)))
  }

  #share(key: CommitteeKey, signer: NodeId, digest: Uint8Array): Uint8Array {
    return concatBytes(digest, this.#hash(`share ${key}`, signer, digest))
  }

  #hash(purpose: string, name: string, message: Uint8Array): Uint8Array {
    return sha256(this.#seed, encodeUtf8(`\0${purpose}\0${name}\0`), message)
  }
}
