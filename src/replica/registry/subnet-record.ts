/** What the registry knows: subnets, their nodes, keys, canister ranges and limits. */

import type {CanisterId, NodeId, SubnetId} from '../../protocol/principal.js'

/** Both ends inclusive, compared bytewise. */
export interface CanisterRange {
  readonly first: CanisterId
  readonly last: CanisterId
}

export interface NodeRecord {
  readonly nodeId: NodeId
  /** Ed25519, DER, 44 bytes: signs query answers, blocks and notarizations. */
  readonly publicKeyDer: Uint8Array
}

export interface SubnetRecord {
  readonly subnetId: SubnetId
  readonly type: 'application' | 'system'
  /** BLS threshold key, DER, 133 bytes. */
  readonly publicKeyDer: Uint8Array
  /** Sorted by node id. */
  readonly nodes: readonly NodeRecord[]
  /** Ranges hosted, ascending. */
  readonly canisterRanges: readonly CanisterRange[]
  /** Where new ids are taken from: one of `canisterRanges`. */
  readonly allocationRange: CanisterRange
  /** The node count that fees are scaled by: 13 on a local network, so that prices are those of an application subnet in production. */
  readonly feeNodeCount: number
  /** Everything costs nothing, on an application subnet too. IC interface specification, "cost schedule". */
  readonly hasFreeCostSchedule?: true
  /** Installs may follow one another at once, as on dfx's local networks; elsewhere IC0209 holds a developer up for seconds. */
  readonly hasFreeInstallRate?: true
  /** Zero delay between blocks with one node; see consensus parameters. */
  readonly initialNotaryDelayNs: bigint
  readonly unitDelayNs: bigint
  /** A summary block every `dkgIntervalLength + 1` heights. */
  readonly dkgIntervalLength: number
}

export interface Registry {
  readonly version: number
  readonly rootSubnetId: SubnetId
  readonly subnets: ReadonlyMap<SubnetId, SubnetRecord>
}
