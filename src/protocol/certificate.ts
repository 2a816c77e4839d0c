/**
 * Certificates: a hash tree, the subnet's signature on its root, and the root subnet's word for that subnet.
 *
 * Source: IC interface specification, "Certificate", "Delegation", "Canister ranges".
 */

import {concatBytes} from '../base/bytes.js'
import {asArray, asBytes, asMap, type CborValue, decodeCbor, tagged} from './cbor.js'
import {encodeCbor} from './cbor-encode.js'
import {findPublicKey} from './der.js'
import {CborError, CertificateError, HashTreeError} from './errors.js'
import {type HashTree, isWellFormed, listChildren, lookup, lookupSubtree, rootHash, toHashTree, toPath} from './hash-tree.js'
import {type CanisterId, principalFromBytes, principalToBytes, principalToText, type SubnetId} from './principal.js'
import {STATE_ROOT_SEPARATOR} from './request-id.js'

export interface Certificate {
  readonly tree: HashTree
  readonly signature: Uint8Array
  /** Absent in certificates of the root subnet. */
  readonly delegation?: CertificateDelegation
}

export interface CertificateDelegation {
  readonly subnetId: SubnetId
  /** A certificate of the root subnet, in CBOR. */
  readonly certificate: Uint8Array
}

/** Inclusive, in the byte order of principals. */
export interface CanisterRange {
  readonly first: CanisterId
  readonly last: CanisterId
}

/** CBOR tag 55799, map `{tree, signature, delegation?: {subnet_id, certificate}}`. */
export function encodeCertificate({tree, signature, delegation}: Certificate): Uint8Array {
  return encodeCbor(tagged(55799, {tree, signature, delegation: delegation && delegationFields(delegation)}))
}

/** CBOR map `{subnet_id, certificate}`: what stands under `delegation` in a certificate. */
export function encodeDelegation(delegation: CertificateDelegation): Uint8Array {
  return encodeCbor(delegationFields(delegation))
}

function delegationFields({subnetId, certificate}: CertificateDelegation): {readonly [field: string]: Uint8Array} {
  return {subnet_id: principalToBytes(subnetId), certificate}
}

/** Throws CborError, HashTreeError or CertificateError. Nothing is verified but the shape. */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const map = asMap(decodeCbor(bytes))
  const signature = map && asBytes(map.get('signature'))
  if (!map || !signature) throw new CertificateError('The certificate has no signature.')
  const tree = toHashTree(map.get('tree'))
  const delegation = map.get('delegation')
  return delegation === undefined || delegation === null ? {tree, signature} : {tree, signature, delegation: toDelegation(delegation)}
}

function toDelegation(value: CborValue): CertificateDelegation {
  const map = asMap(value)
  const subnetId = map && asBytes(map.get('subnet_id'))
  const certificate = map && asBytes(map.get('certificate'))
  if (!subnetId || subnetId.length > 29 || !certificate) throw new CertificateError('The delegation of the certificate is malformed.')
  return {subnetId: principalFromBytes(subnetId), certificate}
}

/** The signed bytes: `0d "ic-state-root" ‖ root hash`. */
export function certificateMessage(root: Uint8Array): Uint8Array {
  return concatBytes(STATE_ROOT_SEPARATOR, root)
}

export interface VerifyOptions {
  /** DER public key of the root subnet. */
  readonly rootKey: Uint8Array
  /** Raw key of 96 bytes, signature of 48. */
  readonly verifyBls: (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean
  /** When given, a delegation must cover this canister. */
  readonly effectiveCanisterId?: CanisterId
  /** Which form of ranges counts; both when not given. */
  readonly ranges?: 'flat' | 'tree'
}

export type Verdict = {readonly ok: true; readonly delegationTree?: HashTree} | {readonly ok: false; readonly message: string}

/** Checks shape, signatures and ranges, not the time. A certificate with a delegation yields the tree of the delegation's certificate. */
export function verifyCertificate(certificate: Certificate, options: VerifyOptions): Verdict {
  const {delegation} = certificate
  if (!delegation) return verifySignature(certificate, options.rootKey, options)
  const parent = findCertificate(delegation.certificate)
  if (typeof parent === 'string') return refuse(`Invalid delegation: ${parent}`)
  if (parent.delegation) return refuse('Invalid delegation: the certificate of a delegation has a delegation itself')
  const verdict = verifySignature(parent, options.rootKey, options)
  if (!verdict.ok) return refuse(`Invalid delegation: ${verdict.message}`)
  const key = lookup(parent.tree, toPath('subnet', principalToBytes(delegation.subnetId), 'public_key'))
  if (key.kind !== 'found') return refuse(`Invalid delegation: no public key of subnet ${principalToText(delegation.subnetId)}`)
  if (
    options.effectiveCanisterId !== undefined &&
    !isInRanges(parent.tree, delegation.subnetId, options.effectiveCanisterId, options.ranges)
  )
    return refuse(
      `Canister ${principalToText(options.effectiveCanisterId)} is not in the ranges of subnet ${principalToText(delegation.subnetId)}`,
    )
  const own = verifySignature(certificate, key.value, options)
  return own.ok ? {ok: true, delegationTree: parent.tree} : own
}

/** The certificate, or why it is none. */
export function findCertificate(bytes: Uint8Array): Certificate | string {
  try {
    return decodeCertificate(bytes)
  } catch (error) {
    if (error instanceof CborError || error instanceof CertificateError || error instanceof HashTreeError) return error.message
    throw error
  }
}

function verifySignature({tree, signature}: Certificate, der: Uint8Array, {verifyBls}: VerifyOptions): Verdict {
  if (!isWellFormed(tree)) return refuse('The hash tree of the certificate is not well-formed')
  const publicKey = findPublicKey(der)
  if (publicKey?.algorithm !== 'bls') return refuse('The public key of the subnet is not a BLS12-381 key')
  return verifyBls(publicKey.key, signature, certificateMessage(rootHash(tree)))
    ? {ok: true}
    : refuse('The signature of the certificate is wrong')
}

function refuse(message: string): Verdict {
  return {ok: false, message}
}

function isInRanges(tree: HashTree, subnetId: SubnetId, canisterId: CanisterId, form: 'flat' | 'tree' | undefined): boolean {
  const ranges = [...(form === 'tree' ? [] : flatRanges(tree, subnetId)), ...(form === 'flat' ? [] : shardedRanges(tree, subnetId))]
  return ranges.some(({first, last}) => first <= canisterId && canisterId <= last)
}

function flatRanges(tree: HashTree, subnetId: SubnetId): readonly CanisterRange[] {
  const leaf = lookup(tree, toPath('subnet', principalToBytes(subnetId), 'canister_ranges'))
  return leaf.kind === 'found' ? (findRanges(leaf.value) ?? []) : []
}

/** The ranges of every shard that is visible. */
function shardedRanges(tree: HashTree, subnetId: SubnetId): readonly CanisterRange[] {
  const shards = lookupSubtree(tree, toPath('canister_ranges', principalToBytes(subnetId)))
  if (shards.kind !== 'found') return []
  return listChildren(shards.tree).flatMap(([, , leaf]) => (leaf[0] === 3 ? (findRanges(leaf[1]) ?? []) : []))
}

/** CBOR tag 55799, array of `[first, last]` byte strings. */
export function encodeRanges(ranges: readonly CanisterRange[]): Uint8Array {
  return encodeCbor(
    tagged(
      55799,
      ranges.map(({first, last}) => [principalToBytes(first), principalToBytes(last)]),
    ),
  )
}

/** Undefined when the bytes are not ranges. */
export function findRanges(bytes: Uint8Array): readonly CanisterRange[] | undefined {
  const items = findArray(bytes)
  const ranges: CanisterRange[] = []
  for (const item of items ?? []) {
    const [first, last] = (asArray(item) ?? []).map(asBytes)
    if (!first || !last || first.length > 29 || last.length > 29) return undefined
    ranges.push({first: principalFromBytes(first), last: principalFromBytes(last)})
  }
  return items && ranges
}

function findArray(bytes: Uint8Array): readonly CborValue[] | undefined {
  try {
    return asArray(decodeCbor(bytes))
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}
