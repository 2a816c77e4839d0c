/** What the pages show of a network, and who tells them. */

import type {CanisterId, NodeId, SubnetId} from '../protocol/principal.js'

export interface NetworkFacts {
  readonly version: string
  readonly health: string
  readonly certifiedHeight: number
  /** DER. */
  readonly rootKey: Uint8Array
  readonly subnets: readonly SubnetFacts[]
  /** Where canisters are created unless somebody says otherwise. */
  readonly defaultEffectiveCanisterId: CanisterId
}

export interface SubnetFacts {
  readonly subnetId: SubnetId
  /** As PocketIC names them: Application, System, … */
  readonly kind: string
  readonly nodes: readonly NodeId[]
  readonly ranges: readonly {readonly first: CanisterId; readonly last: CanisterId}[]
}

export interface CanisterFacts {
  readonly canisterId: CanisterId
  readonly status: 'running' | 'stopping' | 'stopped'
  readonly balanceCycles: bigint
  readonly memoryBytes: bigint
  readonly hasModule: boolean
}

/** Asked at every request. */
export interface FactsPort {
  getFacts(): NetworkFacts
  /** Absent where the network does not list its canisters. */
  listCanisters?(): Promise<readonly CanisterFacts[]>
}
