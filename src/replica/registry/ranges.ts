/** Canister ranges: both ends inclusive, compared bytewise on the whole principal. Digest certification section 1. */

import type {CanisterId, SubnetId} from '../../protocol/principal.js'
import type {CanisterRange, Registry, SubnetRecord} from './subnet-record.js'

export function isInRanges(ranges: readonly CanisterRange[], id: CanisterId): boolean {
  return ranges.some(({first, last}) => first <= id && id <= last)
}

/** The subnet that hosts the id, whether or not such a canister exists. */
export function findSubnetOf(registry: Registry, id: CanisterId): SubnetRecord | undefined {
  for (const subnet of registry.subnets.values()) if (isInRanges(subnet.canisterRanges, id)) return subnet
  return undefined
}

export function getSubnet(registry: Registry, id: SubnetId): SubnetRecord {
  const subnet = registry.subnets.get(id)
  if (!subnet) throw new RangeError(`no subnet ${id} in registry version ${registry.version}`)
  return subnet
}
