/** Numbers of the protocol. Source: digest consensus section 1. */

import type {NodeId, SubnetId} from '../../protocol/principal.js'
import type {SubnetRecord} from '../registry/subnet-record.js'

/** What one node knows of its subnet. */
export interface ConsensusConfig {
  readonly subnetId: SubnetId
  readonly nodeId: NodeId
  /** Sorted; a node's position is the index of its key shares. */
  readonly nodes: readonly NodeId[]
  readonly registryVersion: number
  readonly initialNotaryDelayNs: bigint
  readonly unitDelayNs: bigint
  readonly dkgIntervalLength: number
}

export function configOf(record: SubnetRecord, nodeId: NodeId, registryVersion: number): ConsensusConfig {
  const {subnetId, initialNotaryDelayNs, unitDelayNs, dkgIntervalLength} = record
  const nodes = record.nodes.map((node) => node.nodeId)
  return {subnetId, nodeId, nodes, registryVersion, initialNotaryDelayNs, unitDelayNs, dkgIntervalLength}
}

/** Heights that may be notarized above the certified one. */
export const MAX_UNCERTIFIED_HEIGHTS = 70
/** Heights that may be notarized above the next catch-up package. */
export const MAX_HEIGHTS_PAST_CATCH_UP = 130
/** Blocks kept below the catch-up package, for nodes that lag. */
export const CHAIN_BELOW_CATCH_UP = 50
/** How far above its own heights a node takes artifacts in. */
export const LOOK_AHEAD_HEIGHTS = 10
/** Notaries wait this much longer for every height that is final and not certified, beyond the first. */
export const SLOW_EXECUTION_DELAY_NS = 2_000_000_000n
/** Makers other than the first wait longer when more than `MAX_FAILED` of the last `RECENT` blocks were not the first maker's. */
export const RECENT_BLOCKS = 30
export const MAX_FAILED_RECENTLY = 10

export const MAX_BLOCK_BYTES = 4 * 1024 * 1024
export const MAX_INGRESS_PER_BLOCK = 1000
export const MAX_RESPONSES_PER_BLOCK = 500

/** f: how many of `n` nodes may fail in any way. */
export function faultsTolerated(n: number): number {
  return Math.floor((n - 1) / 3)
}

/** Members of a height's notarization committee, 3f + 1. */
export function committeeSize(n: number): number {
  return 3 * faultsTolerated(n) + 1
}

/** Shares that notarize or finalize, and of a high threshold key: 2f + 1. */
export function highThreshold(n: number): number {
  return 2 * faultsTolerated(n) + 1
}

/** Shares of beacon and tape: f + 1. Also the number of block makers of a height. */
export function lowThreshold(n: number): number {
  return faultsTolerated(n) + 1
}

/** Equal answers that make one of the subnet: n - f. */
export function responseThreshold(n: number): number {
  return n - faultsTolerated(n)
}

export function isSummaryHeight(height: number, dkgIntervalLength: number): boolean {
  return height % (dkgIntervalLength + 1) === 0
}
