/**
 * Certificates of a labelled tree, and the certificates by which the root subnet vouches for another.
 *
 * Source: IC interface specification, "Certificate", "Delegation"; reference implementation for the three kinds of delegation.
 */

import {type CertificateDelegation, encodeCertificate} from '../../protocol/certificate.js'
import type {Principal, SubnetId} from '../../protocol/principal.js'
import {type LabelPath, type LabelTree, textLabel} from './label-tree.js'
import {type Exclusion, makeWitness} from './witness.js'

export const TIME_PATH: LabelPath = [textLabel('time')]

export interface CertificateRequest {
  readonly tree: LabelTree
  /** `/time` need not be among them. */
  readonly paths: readonly LabelPath[]
  readonly exclude?: Exclusion
  /** Of the tree's root hash. */
  readonly signature: Uint8Array
  /** Of subnets other than the root subnet. */
  readonly delegation?: CertificateDelegation
}

/** The CBOR of a certificate that shows some paths, and the time. */
export function encodeCertificateFor({tree, paths, exclude, signature, delegation}: CertificateRequest): Uint8Array {
  const witness = makeWitness(tree, [...paths, TIME_PATH], exclude)
  return encodeCertificate({tree: witness, signature, ...(delegation && {delegation})})
}

/** `flat`: all ranges of the subnet. `tree`: the shard that can hold the canister. `none`: no ranges. */
export type DelegationKind =
  | {readonly kind: 'flat'}
  | {readonly kind: 'none'}
  | {readonly kind: 'tree'; readonly effectiveCanisterId: Principal}

const SUBNET = textLabel('subnet')
const CANISTER_RANGES = textLabel('canister_ranges')

/** What the root subnet shows of its tree to vouch for a subnet: key, type, the ranges of that kind, and the time. */
export function listDelegationPaths(rootTree: LabelTree, subnetId: SubnetId, kind: DelegationKind): LabelPath[] {
  const subnet = [SUBNET, subnetId]
  return [TIME_PATH, [...subnet, textLabel('public_key')], [...subnet, textLabel('type')], ...listRangePaths(rootTree, subnetId, kind)]
}

function listRangePaths(rootTree: LabelTree, subnetId: SubnetId, kind: DelegationKind): LabelPath[] {
  if (kind.kind === 'none') return []
  if (kind.kind === 'flat') return [[SUBNET, subnetId, CANISTER_RANGES]]
  const shards = [CANISTER_RANGES, subnetId]
  return [[...shards, rootTree.findLabelAtMost(shards, kind.effectiveCanisterId) ?? kind.effectiveCanisterId]]
}
