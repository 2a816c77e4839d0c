/**
 * The certificates by which the root subnet vouches for this one; none are needed where this is the root subnet itself.
 *
 * Source: digest certification section 3, "Delegation from the root (NNS) subnet".
 */

import {type CertificateDelegation, encodeDelegation} from '../../protocol/certificate.js'
import type {Principal, SubnetId} from '../../protocol/principal.js'
import {type DelegationKind, encodeCertificateFor, listDelegationPaths} from './certify.js'
import type {LabelTree} from './label-tree.js'

/** A state of the root subnet, with the signature of its root hash. */
export interface RootCertification {
  readonly tree: LabelTree
  readonly signature: Uint8Array
}

/** What decides on the kind of delegation: the endpoint and the id in its URL. */
export interface CertificateUse {
  readonly scope: 'canister' | 'subnet'
  readonly effectiveId: Principal
  readonly delegation: 'flat' | 'tree'
}

export class SubnetDelegations {
  readonly #subnetId: SubnetId
  readonly #root: RootCertification | undefined

  /** Without `root` the subnet is the root subnet. */
  constructor(subnetId: SubnetId, root?: RootCertification) {
    this.#subnetId = subnetId
    this.#root = root
  }

  /** The delegation that belongs into a certificate for this use. */
  find(use: CertificateUse): CertificateDelegation | undefined {
    if (!this.#root) return undefined
    const {tree, signature} = this.#root
    const paths = listDelegationPaths(tree, this.#subnetId, kindFor(use))
    return {subnetId: this.#subnetId, certificate: encodeCertificateFor({tree, paths, signature})}
  }

  /** The same as CBOR, for certificates that are assembled elsewhere. */
  findEncoded(use: CertificateUse): Uint8Array | undefined {
    const delegation = this.find(use)
    return delegation && encodeDelegation(delegation)
  }
}

/** Subnet endpoints show all ranges (flat) or none. */
function kindFor({scope, effectiveId, delegation}: CertificateUse): DelegationKind {
  if (delegation === 'flat') return {kind: 'flat'}
  return scope === 'subnet' ? {kind: 'none'} : {kind: 'tree', effectiveCanisterId: effectiveId}
}
