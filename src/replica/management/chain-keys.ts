/**
 * Threshold keys: `ecdsa_public_key`, `sign_with_ecdsa`, `schnorr_public_key`, `sign_with_schnorr`, `vetkd_public_key`, `vetkd_derive_key`.
 *
 * Every node of a local network derives the master keys from the genesis seed and signs deterministically, so that all nodes agree; what a
 * canister sees (keys, derivation, signatures, prices, errors) is as on the Internet Computer.
 * Source: IC interface specification, the methods' sections; digest management-canister section 9.
 */

import {bigEndian64, encodeUtf8} from '../../base/bytes.js'
import {type CanisterId, principalToBytes} from '../../protocol/principal.js'
import {DEFAULT_THRESHOLD_KEYS} from '../canister/sandbox-facts.js'
import {BLS_ORDER} from '../crypto/bls.js'
import {ecdsaPublicKey, signEcdsa} from '../crypto/ecdsa.js'
import {deriveBytes, deriveScalar} from '../crypto/keys.js'
import {bip340PublicKey, ED25519_ORDER, ed25519PublicKey, signBip340, signChainKeyEd25519} from '../crypto/schnorr.js'
import {SECP256K1_ORDER} from '../crypto/secp256k1.js'
import {encryptVetKey, vetKdPublicKey} from '../crypto/vetkd.js'
import {thresholdSignatureFee} from '../cycles/fees.js'
import {type ManagementCall, type ManagementStep, reject, reply} from './management-call.js'

type Optional<T> = readonly [] | readonly [T]

interface KeyArgs {
  readonly key_id: {
    readonly name: string
    readonly curve?: Readonly<Record<string, null>>
    readonly algorithm?: Readonly<Record<string, null>>
  }
}

interface PublicKeyArgs extends KeyArgs {
  readonly canister_id: Optional<CanisterId>
  readonly derivation_path: readonly Uint8Array[]
}

interface SignEcdsaArgs extends KeyArgs {
  readonly message_hash: Uint8Array
  readonly derivation_path: readonly Uint8Array[]
}

interface SignSchnorrArgs extends KeyArgs {
  readonly message: Uint8Array
  readonly derivation_path: readonly Uint8Array[]
  readonly aux: Optional<{readonly bip341: {readonly merkle_root_hash: Uint8Array}}>
}

interface VetKdArgs extends KeyArgs {
  readonly canister_id?: Optional<CanisterId>
  readonly context: Uint8Array
}

interface DeriveVetKeyArgs extends VetKdArgs {
  readonly input: Uint8Array
  readonly transport_public_key: Uint8Array
}

const MAX_PATH_LENGTH = 255

/** A master key: its text form in errors, and the group its secret is a scalar of. */
interface MasterKey {
  readonly text: string
  readonly order: bigint
}

export function ecdsaPublicKeyMethod(call: ManagementCall<PublicKeyArgs>): ManagementStep {
  return withKey(call, ecdsaKey(call.args), 'ecdsa_public_key', (secret) => publicKeyReply(ecdsaPublicKey(secret, pathOf(call))))
}

export function signWithEcdsa(call: ManagementCall<SignEcdsaArgs>): ManagementStep {
  if (call.args.message_hash.length !== 32)
    return reject('IC0408', `Error decoding candid: message_hash must have 32 bytes, got ${call.args.message_hash.length}`)
  return withPaidKey(call, ecdsaKey(call.args), 'sign_with_ecdsa', (secret) =>
    reply({signature: signEcdsa(secret, pathOf(call), call.args.message_hash)}),
  )
}

export function schnorrPublicKeyMethod(call: ManagementCall<PublicKeyArgs>): ManagementStep {
  return withKey(call, schnorrKey(call.args), 'schnorr_public_key', (secret) =>
    publicKeyReply(isEd25519(call.args) ? ed25519PublicKey(secret, pathOf(call)) : bip340PublicKey(secret, pathOf(call))),
  )
}

export function signWithSchnorr(call: ManagementCall<SignSchnorrArgs>): ManagementStep {
  const {
    message,
    aux: [aux],
  } = call.args
  const merkleRoot = aux?.bip341.merkle_root_hash
  if (aux && isEd25519(call.args)) return reject('IC0406', 'Schnorr algorithm Ed25519 does not support aux input')
  if (merkleRoot && merkleRoot.length !== 0 && merkleRoot.length !== 32) return reject('IC0406', 'Invalid aux field for Bip340Secp256k1')
  return withPaidKey(call, schnorrKey(call.args), 'sign_with_schnorr', (masterSecret) => {
    const path = pathOf(call)
    const signature = isEd25519(call.args)
      ? signChainKeyEd25519(masterSecret, path, message)
      : signBip340({masterSecret, path, message, ...(merkleRoot && {merkleRoot})})
    return reply({signature})
  })
}

export function vetKdPublicKeyMethod(call: ManagementCall<VetKdArgs>): ManagementStep {
  const canisterId = principalToBytes(call.args.canister_id?.[0] ?? call.sender)
  return withKey(call, vetKdKey(call.args), 'vetkd_public_key', (masterSecret) =>
    reply({public_key: vetKdPublicKey({masterSecret, canisterId, context: call.args.context})}),
  )
}

export function vetKdDeriveKey(call: ManagementCall<DeriveVetKeyArgs>): ManagementStep {
  const {context, input, transport_public_key: transportPublicKey} = call.args
  return withPaidKey(call, vetKdKey(call.args), 'vetkd_derive_key', (masterSecret) => {
    const canisterId = principalToBytes(call.sender)
    const randomness = deriveBytes(masterSecret, 'vetkd encryption', canisterId, bigEndian64(BigInt(call.env.height)), callNumber(call))
    const key = encryptVetKey({masterSecret, canisterId, context, input, transportPublicKey, randomness})
    return key ? reply({encrypted_key: key}) : reject('IC0406', 'The provided transport public key is invalid.')
  })
}

const isEd25519 = ({key_id}: KeyArgs): boolean => 'ed25519' in (key_id.algorithm ?? {})

const ecdsaKey = ({key_id}: KeyArgs): MasterKey => ({text: `ecdsa:Secp256k1:${key_id.name}`, order: SECP256K1_ORDER})

const schnorrKey = (args: KeyArgs): MasterKey =>
  isEd25519(args)
    ? {text: `schnorr:Ed25519:${args.key_id.name}`, order: ED25519_ORDER}
    : {text: `schnorr:Bip340Secp256k1:${args.key_id.name}`, order: SECP256K1_ORDER}

const vetKdKey = ({key_id}: KeyArgs): MasterKey => ({text: `vetkd:Bls12_381_G2:${key_id.name}`, order: BLS_ORDER})

const publicKeyReply = ({publicKey, chainCode}: {publicKey: Uint8Array; chainCode: Uint8Array}): ManagementStep =>
  reply({public_key: publicKey, chain_code: chainCode})

/** The canister's id, then its own path. */
function pathOf(
  call: ManagementCall<{readonly canister_id?: Optional<CanisterId>; readonly derivation_path: readonly Uint8Array[]}>,
): Uint8Array[] {
  return [principalToBytes(call.args.canister_id?.[0] ?? call.sender), ...call.args.derivation_path]
}

/** Tells calls of one canister in one round apart. */
function callNumber({message}: ManagementCall<unknown>): Uint8Array {
  return message.kind === 'request' ? bigEndian64(BigInt(message.callbackId)) : encodeUtf8(message.id)
}

function withKey(
  call: ManagementCall<KeyArgs>,
  key: MasterKey,
  method: string,
  use: (secret: Uint8Array) => ManagementStep,
): ManagementStep {
  const {derivation_path: path} = call.args as {readonly derivation_path?: readonly Uint8Array[]}
  if (path && path.length > MAX_PATH_LENGTH)
    return reject('IC0408', `Error decoding candid: derivation_path has ${path.length} elements, at most ${MAX_PATH_LENGTH} are allowed`)
  if (!(call.env.thresholdKeys ?? DEFAULT_THRESHOLD_KEYS).includes(call.args.key_id.name))
    return reject('IC0406', `${method} request failed: unknown or disabled threshold key ${key.text}.`)
  return use(deriveScalar(key.order, call.chainKeySeed, `chain key ${key.text}`))
}

/** The price is kept in full, also when signing fails later. */
function withPaidKey(
  call: ManagementCall<KeyArgs>,
  key: MasterKey,
  method: string,
  use: (secret: Uint8Array) => ManagementStep,
): ManagementStep {
  const fee = thresholdSignatureFee(call.env.fees)
  if (call.cycles < fee) return reject('IC0406', `${method} request sent with ${call.cycles} cycles, but ${fee} cycles are required.`)
  return withKey(call, key, method, (secret) => {
    call.state.metrics.consumedCyclesOfDeleted += fee
    return {...use(secret), acceptedCycles: fee}
  })
}
