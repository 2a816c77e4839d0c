/**
 * Verifiably encrypted threshold keys: a key that only the holder of a transport secret can read, and anyone can check.
 *
 * Source: IC interface specification, "IC method vetkd_public_key", "IC method vetkd_derive_key"; reference implementation for the
 * derivation of keys.
 */

import mcl from 'mcl-wasm'
import {bigEndian64, concatBytes} from '../../base/bytes.js'
import {findG1, getBlsConstants, getScalar} from './bls.js'
import {hashToG1, hashToScalar} from './hash-to-curve.js'

const CANISTER_DOMAIN = 'ic-vetkd-bls12-381-g2-canister-id'
const CONTEXT_DOMAIN = 'ic-vetkd-bls12-381-g2-context'
const SIGNATURE_DOMAIN = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_AUG_'
const RANDOMNESS_DOMAIN = 'icicle-vetkd-encryption-randomness'

export interface VetKeyScope {
  /** Scalar of 32 bytes, big endian. */
  readonly masterSecret: Uint8Array
  /** Raw principal. */
  readonly canisterId: Uint8Array
  /** Empty: the canister's own key. */
  readonly context: Uint8Array
}

export interface VetKeyRequest extends VetKeyScope {
  readonly input: Uint8Array
  /** Compressed G1, 48 bytes. */
  readonly transportPublicKey: Uint8Array
  /** Any bytes of the batch's randomness: the same on every node, never used twice. */
  readonly randomness: Uint8Array
}

/** Compressed G2, 96 bytes. */
export function vetKdPublicKey(scope: VetKeyScope): Uint8Array {
  return publicKeyOf(deriveSecret(scope))
}

/** `E1 ‖ E2 ‖ E3`, 48 + 96 + 48 bytes: `g1·r`, `g2·r`, `tpk·r + key`. Undefined when the transport key is no point of G1. */
export function encryptVetKey(request: VetKeyRequest): Uint8Array | undefined {
  const {g1, g2} = getBlsConstants()
  const transport = findG1(request.transportPublicKey)
  if (!transport) return undefined
  const r = hashToScalar(concatBytes(request.randomness, request.transportPublicKey, request.input), RANDOMNESS_DOMAIN)
  const key = deriveKey(request, request.input)
  return concatBytes(mcl.mul(g1, r).serialize(), mcl.mul(g2, r).serialize(), mcl.add(mcl.mul(transport, r), key).serialize())
}

/** The key itself in the clear, 48 bytes: a BLS signature of `public key ‖ input`. */
export function deriveVetKey(scope: VetKeyScope, input: Uint8Array): Uint8Array {
  return deriveKey(scope, input).serialize()
}

function deriveKey(scope: VetKeyScope, input: Uint8Array): mcl.G1 {
  const secret = deriveSecret(scope)
  return mcl.mul(hashToG1(concatBytes(publicKeyOf(secret), input), SIGNATURE_DOMAIN), secret)
}

function deriveSecret({masterSecret, canisterId, context}: VetKeyScope): mcl.Fr {
  const ofCanister = deriveChild(getScalar(masterSecret), canisterId, CANISTER_DOMAIN)
  return context.length === 0 ? ofCanister : deriveChild(ofCanister, context, CONTEXT_DOMAIN)
}

/** `secret + hash(length ‖ public key ‖ length ‖ label)`, lengths of 8 bytes, big endian. */
function deriveChild(secret: mcl.Fr, label: Uint8Array, domain: string): mcl.Fr {
  const parts = [publicKeyOf(secret), label].flatMap((part) => [bigEndian64(BigInt(part.length)), part])
  return mcl.add(secret, hashToScalar(concatBytes(...parts), domain))
}

function publicKeyOf(secret: mcl.Fr): Uint8Array {
  return mcl.mul(getBlsConstants().g2, secret).serialize()
}
