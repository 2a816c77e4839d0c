/**
 * Canister signatures: a certificate of the signing canister's certified data, and a tree below it that names what is signed.
 *
 * Source: IC interface specification, "Canister signatures".
 */

import {decodeUtf8, equalBytes, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {asBytes, asMap, decodeCbor} from '../../protocol/cbor.js'
import {findCertificate, verifyCertificate} from '../../protocol/certificate.js'
import {findCanisterSignatureKey} from '../../protocol/der.js'
import {CborError, HashTreeError} from '../../protocol/errors.js'
import {type HashTree, isWellFormed, lookup, rootHash, toHashTree, toPath} from '../../protocol/hash-tree.js'
import {principalToBytes, principalToText} from '../../protocol/principal.js'
import {verifyBls} from './bls.js'
import {LruCache} from './lru.js'

export interface CanisterSignatureCheck {
  /** `length ‖ canister id ‖ seed`, out of the DER. */
  readonly key: Uint8Array
  /** CBOR `{certificate, tree}`. */
  readonly signature: Uint8Array
  /** With its domain separator. */
  readonly payload: Uint8Array
  /** DER. */
  readonly rootKey: Uint8Array
}

/** Every request of a session repeats the delegation that began it; checking it costs two pairings. */
const MAX_VERDICTS = 2000
const verdicts = new LruCache<{readonly fault: string | undefined}>(MAX_VERDICTS)

/** Why the signature is not good, or undefined when it is. The time of the certificate is not looked at. */
export function findCanisterSignatureFault(check: CanisterSignatureCheck): string | undefined {
  const parts = [check.rootKey, check.key, check.payload, check.signature].map((part) => sha256(part))
  return verdicts.getOrMake(toHex(sha256(...parts)), () => ({fault: findFault(check)})).fault
}

function findFault({key, signature, payload, rootKey}: CanisterSignatureCheck): string | undefined {
  const signer = findCanisterSignatureKey(key)
  if (!signer) return 'the public key names no canister'
  const parts = findParts(signature)
  if (typeof parts === 'string') return parts
  const certificate = findCertificate(parts.certificate)
  if (typeof certificate === 'string') return certificate
  const verdict = verifyCertificate(certificate, {rootKey, verifyBls, effectiveCanisterId: signer.canisterId})
  if (!verdict.ok) return verdict.message
  if (certificate.delegation && !isSigningSubnet(verdict.delegationTree!, principalToBytes(certificate.delegation.subnetId)))
    return 'the subnet of the certificate has no type that may issue canister signatures'
  const certified = lookup(certificate.tree, toPath('canister', principalToBytes(signer.canisterId), 'certified_data'))
  if (certified.kind !== 'found') return `the certificate has no certified data of canister ${principalToText(signer.canisterId)}`
  if (!isWellFormed(parts.tree) || !equalBytes(certified.value, rootHash(parts.tree)))
    return 'the certified data is not the root of the tree'
  const leaf = lookup(parts.tree, toPath('sig', sha256(signer.seed), sha256(payload)))
  return leaf.kind === 'found' && leaf.value.length === 0 ? undefined : 'the tree has no signature of this message'
}

function findParts(signature: Uint8Array): {readonly certificate: Uint8Array; readonly tree: HashTree} | string {
  try {
    const map = asMap(decodeCbor(signature))
    const certificate = map && asBytes(map.get('certificate'))
    return certificate ? {certificate, tree: toHashTree(map.get('tree'))} : 'the signature has no certificate'
  } catch (error) {
    if (error instanceof CborError || error instanceof HashTreeError) return error.message
    throw error
  }
}

/** Since version 0.60 of the specification the delegation must show the subnet's type, and cloud engines sign nothing. */
function isSigningSubnet(tree: HashTree, subnetId: Uint8Array): boolean {
  const type = lookup(tree, toPath('subnet', subnetId, 'type'))
  return type.kind === 'found' && decodeUtf8(type.value) !== 'cloud_engine'
}
