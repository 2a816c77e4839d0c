/** `/subnet` and `/canister_ranges` of the state tree. Source: digest certification section 1. */

import {encodeUtf8} from '../../base/bytes.js'
import {CborTagged, SELF_DESCRIBE_TAG} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {canisterIdFromNumber, principalToBytes, type SubnetId} from '../../protocol/principal.js'
import type {CanisterRange, Registry, SubnetRecord} from '../registry/subnet-record.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {type LabelPath, type LabelTree, textLabel} from './label-tree.js'

const SUBNET = textLabel('subnet')
const CANISTER_RANGES = textLabel('canister_ranges')
const PUBLIC_KEY = textLabel('public_key')
const TYPE = textLabel('type')
const METRICS = textLabel('metrics')
const NODE = textLabel('node')
/** At most so many ranges are in one shard of `/canister_ranges`. */
const SHARD_RANGES = 5
const LOW_64_BITS = (1n << 64n) - 1n

/** All subnets of the registry; nodes and metrics are those of the own one only. */
export function setSubnets(labels: LabelTree, registry: Registry, own: SubnetId): void {
  labels.delete([SUBNET])
  labels.delete([CANISTER_RANGES])
  for (const subnet of registry.subnets.values()) {
    const path = [SUBNET, subnet.subnetId]
    labels.set([...path, PUBLIC_KEY], subnet.publicKeyDer)
    labels.set([...path, TYPE], encodeUtf8(subnet.type))
    labels.set([...path, CANISTER_RANGES], encodeRanges(subnet.canisterRanges))
    setShards(labels, [CANISTER_RANGES, subnet.subnetId], subnet)
    if (subnet.subnetId === own)
      for (const {nodeId, publicKeyDer} of subnet.nodes) labels.set([...path, NODE, nodeId, PUBLIC_KEY], publicKeyDer)
  }
}

/** `/subnet/<own>/metrics`: CBOR map with integer keys, no tag; 128-bit cycles in halves, the high one left out when zero. */
export function setMetrics(labels: LabelTree, {subnetId, canisters, memory, metrics}: ReplicatedState): void {
  const low = metrics.consumedCyclesTotal & LOW_64_BITS
  const high = metrics.consumedCyclesTotal >> 64n
  const cycles = new Map(high === 0n ? [[0, low]] : [[0, low] as const, [1, high] as const])
  const value = new Map<number, number | bigint | Map<number, bigint>>([
    [0, canisters.size],
    [1, memory.totalBytes],
    [2, cycles],
    [3, metrics.updateTransactionsTotal],
  ])
  labels.set([SUBNET, subnetId, METRICS], encodeCbor(value))
}

/** Labelled with the first id of each shard; a subnet without ranges has one empty shard at id 0. */
function setShards(labels: LabelTree, path: LabelPath, {canisterRanges}: SubnetRecord): void {
  if (canisterRanges.length === 0) labels.set([...path, canisterIdFromNumber(0n)], encodeRanges([]))
  for (let start = 0; start < canisterRanges.length; start += SHARD_RANGES) {
    const shard = canisterRanges.slice(start, start + SHARD_RANGES)
    labels.set([...path, shard[0]!.first], encodeRanges(shard))
  }
}

/** Tagged array of pairs of byte strings, both ends inclusive. */
export function encodeRanges(ranges: readonly CanisterRange[]): Uint8Array {
  return encodeCbor(
    new CborTagged(
      SELF_DESCRIBE_TAG,
      ranges.map(({first, last}) => [principalToBytes(first), principalToBytes(last)]),
    ),
  )
}
