/**
 * Chain-key ECDSA on secp256k1: keys and signatures of canisters. Deterministic (RFC 6979), so that all nodes sign alike.
 *
 * Source: IC interface specification, "IC method ecdsa_public_key", "IC method sign_with_ecdsa".
 */

import {secp256k1} from '@noble/curves/secp256k1'
import {type DerivedPublicKey, deriveSecp256k1PublicKey, deriveSecp256k1Secret, secp256k1PublicKey} from './secp256k1.js'

/** The public key of a path, whose first element is the canister id. */
export function ecdsaPublicKey(masterSecret: Uint8Array, path: readonly Uint8Array[]): DerivedPublicKey {
  return deriveSecp256k1PublicKey(secp256k1PublicKey(masterSecret), path)
}

/** Signs a hash of 32 bytes: `r ‖ s`, 64 bytes, s in the lower half. */
export function signEcdsa(masterSecret: Uint8Array, path: readonly Uint8Array[], messageHash: Uint8Array): Uint8Array {
  const secret = deriveSecp256k1Secret(masterSecret, path)
  return secp256k1.sign(messageHash, secret, {lowS: true, prehash: false}).toBytes('compact')
}
