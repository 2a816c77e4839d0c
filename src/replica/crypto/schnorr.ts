/**
 * Chain-key Schnorr signatures of canisters: BIP340 on secp256k1 and Ed25519. Deterministic, so that all nodes sign alike.
 *
 * Source: IC interface specification, "IC method schnorr_public_key", "IC method sign_with_schnorr"; BIP340, BIP341; RFC 8032.
 */

import {createHash, hkdfSync} from 'node:crypto'
import {ed25519} from '@noble/curves/ed25519'
import {schnorr, secp256k1} from '@noble/curves/secp256k1'
import {concatBytes, encodeUtf8} from '../../base/bytes.js'
import {
  type DerivedPublicKey,
  deriveSecp256k1PublicKey,
  deriveSecp256k1Secret,
  fromScalar,
  SECP256K1_ORDER,
  secp256k1PublicKey,
  toScalar,
} from './secp256k1.js'

/** Number of points of the prime-order subgroup of Ed25519. */
export const ED25519_ORDER = ed25519.Point.Fn.ORDER

/** SEC1 compressed, 33 bytes; BIP340 itself leaves out the first. The path's first element is the canister id. */
export function bip340PublicKey(masterSecret: Uint8Array, path: readonly Uint8Array[]): DerivedPublicKey {
  return deriveSecp256k1PublicKey(secp256k1PublicKey(masterSecret), path)
}

export interface Bip340Request {
  readonly masterSecret: Uint8Array
  readonly path: readonly Uint8Array[]
  readonly message: Uint8Array
  /** BIP341: sign with the output key that commits to this root, of 0 or 32 bytes. */
  readonly merkleRoot?: Uint8Array
}

/** 64 bytes. The auxiliary random data are zeros. */
export function signBip340({masterSecret, path, message, merkleRoot}: Bip340Request): Uint8Array {
  const secret = deriveSecp256k1Secret(masterSecret, path)
  return schnorr.sign(message, merkleRoot ? tweakSecret(secret, merkleRoot) : secret, new Uint8Array(32))
}

/** BIP341: the secret with even y, plus `hash_TapTweak(x ‖ root)`. */
function tweakSecret(secret: Uint8Array, merkleRoot: Uint8Array): Uint8Array {
  const compressed = secp256k1PublicKey(secret)
  const even = compressed[0] === 2 ? toScalar(secret) : SECP256K1_ORDER - toScalar(secret)
  const tweak = toScalar(schnorr.utils.taggedHash('TapTweak', compressed.subarray(1), merkleRoot))
  return fromScalar((even + tweak) % SECP256K1_ORDER)
}

/** x-only output key (32 bytes) of a public key and a root: what a BIP341 signature verifies under. */
export function tweakBip340PublicKey(publicKey: Uint8Array, merkleRoot: Uint8Array): Uint8Array {
  const even = secp256k1.Point.fromBytes(concatBytes(Uint8Array.of(2), publicKey.subarray(1)))
  const tweak = toScalar(schnorr.utils.taggedHash('TapTweak', publicKey.subarray(1), merkleRoot)) % SECP256K1_ORDER
  return even.add(secp256k1.Point.BASE.multiply(tweak)).toBytes(true).subarray(1)
}

/** The descendant of a master public key of 32 bytes. Throws for bytes that are no point. */
export function deriveEd25519PublicKey(master: Uint8Array, path: readonly Uint8Array[]): DerivedPublicKey {
  const {point, chainCode} = deriveEd25519(ed25519.Point.fromBytes(master), path)
  return {publicKey: point.toBytes(), chainCode}
}

/** `masterSecret`: a scalar of 32 bytes, big endian. */
export function ed25519PublicKey(masterSecret: Uint8Array, path: readonly Uint8Array[]): DerivedPublicKey {
  return deriveEd25519PublicKey(ed25519.Point.BASE.multiply(toScalar(masterSecret)).toBytes(), path)
}

/** 64 bytes, `R ‖ S`. The nonce is a hash of the secret and the message, as in RFC 8032. */
export function signChainKeyEd25519(masterSecret: Uint8Array, path: readonly Uint8Array[], message: Uint8Array): Uint8Array {
  const master = toScalar(masterSecret)
  const {point, offset} = deriveEd25519(ed25519.Point.BASE.multiply(master), path)
  const secret = (master + offset) % ED25519_ORDER
  const nonce = hashToScalar(encodeUtf8('icicle-ed25519-nonce'), fromScalar(secret), message)
  const commitment = ed25519.Point.BASE.multiply(nonce).toBytes()
  const challenge = hashToScalar(commitment, point.toBytes(), message)
  return concatBytes(commitment, fromScalar((nonce + challenge * secret) % ED25519_ORDER).reverse())
}

type Point = typeof ed25519.Point.BASE

/** A child of `(K, c)` by i: `HKDF-SHA512(salt c, K ‖ i, "Ed25519", 96)` is 64 bytes of offset, big endian, and 32 of c'. */
function deriveEd25519(master: Point, path: readonly Uint8Array[]) {
  let point = master
  let chainCode: Uint8Array = new Uint8Array(32)
  let offset = 0n
  for (const element of path) {
    const output = new Uint8Array(hkdfSync('sha512', concatBytes(point.toBytes(), element), chainCode, encodeUtf8('Ed25519'), 96))
    const step = toScalar(output.subarray(0, 64)) % ED25519_ORDER
    point = step === 0n ? point : point.add(ed25519.Point.BASE.multiply(step))
    chainCode = output.subarray(64)
    offset = (offset + step) % ED25519_ORDER
  }
  return {point, chainCode, offset}
}

/** SHA-512 as little-endian number modulo the order. */
function hashToScalar(...parts: readonly Uint8Array[]): bigint {
  return (
    toScalar(
      new Uint8Array(
        createHash('sha512')
          .update(concatBytes(...parts))
          .digest(),
      ).reverse(),
    ) % ED25519_ORDER
  )
}
