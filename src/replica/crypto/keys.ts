/**
 * Keys and random bytes that follow from a seed: node keys, derived secrets, the stream behind `raw_rand`.
 *
 * Nothing here draws entropy: the same seed gives the same bytes on every node and in every replay.
 */

import {createCipheriv, createPrivateKey, createPublicKey, type KeyObject, sign} from 'node:crypto'
import {bigEndian64, concatBytes, encodeUtf8, fromHex, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {encodePublicKey, selfAuthenticatingId} from '../../protocol/der.js'
import type {Principal} from '../../protocol/principal.js'

/** An Ed25519 key pair. */
export interface Ed25519Key {
  readonly privateKey: KeyObject
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly publicKeyDer: Uint8Array
  /** Self-authenticating: the node id of a node's key. */
  readonly id: Principal
}

/** PKCS #8 of an Ed25519 seed, up to the seed. RFC 8410, section 7. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')

/** The key pair of a seed of 32 bytes (RFC 8032). */
export function ed25519KeyFromSeed(seed: Uint8Array): Ed25519Key {
  const privateKey = createPrivateKey({key: concatBytes(PKCS8_PREFIX, seed) as Buffer, format: 'der', type: 'pkcs8'})
  const spki = new Uint8Array(createPublicKey(privateKey).export({format: 'der', type: 'spki'}))
  const publicKey = spki.slice(-32)
  const publicKeyDer = encodePublicKey({algorithm: 'ed25519', key: publicKey})
  return {privateKey, publicKey, publicKeyDer, id: selfAuthenticatingId(publicKeyDer)}
}

/** 64 bytes, deterministic. */
export function signEd25519(key: Ed25519Key, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, key.privateKey))
}

/**
 * 32 bytes that follow from a seed, a purpose and parts:
 * `SHA-256(length ‖ seed ‖ length ‖ purpose ‖ (length ‖ part)*)`, lengths of 8 bytes, so that no two inputs meet.
 */
export function deriveBytes(seed: Uint8Array, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(...[seed, encodeUtf8(purpose), ...parts].flatMap((part) => [bigEndian64(BigInt(part.length)), part]))
}

/** A scalar from 1 to `order` - 1 as 32 bytes, big endian; unbiased to 2^-128 for orders below 2^256. */
export function deriveScalar(order: bigint, seed: Uint8Array, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const halves = [0, 1].map((half) => deriveBytes(seed, purpose, ...parts, Uint8Array.of(half)))
  const value = (BigInt(`0x${toHex(concatBytes(...halves))}`) % (order - 1n)) + 1n
  return fromHex(value.toString(16).padStart(64, '0'))
}

/** An endless stream of bytes from a seed of 32 bytes: ChaCha20 with nonce and counter zero (RFC 8439). */
export class RandomStream {
  readonly #cipher: ReturnType<typeof createCipheriv>

  constructor(seed: Uint8Array) {
    this.#cipher = createCipheriv('chacha20', seed, new Uint8Array(16))
  }

  nextBytes(count: number): Uint8Array {
    return new Uint8Array(this.#cipher.update(new Uint8Array(count)))
  }
}
