/** Which subnet hosts a canister. Ranges are compared bytewise on the whole principal. Digest certification section 1. */

import type {CanisterId, SubnetId} from '../../protocol/principal.js'
import type {CanisterRange, Registry, SubnetRecord} from './subnet-record.js'

/** The subnet whose ranges hold the id, whether or not such a canister exists. */
export function findSubnetOf(registry: Registry, canisterId: CanisterId): SubnetId | undefined {
  for (const subnet of registry.subnets.values()) if (isHosted(subnet, canisterId)) return subnet.subnetId
  return undefined
}

export function isHosted(subnet: Pick<SubnetRecord, 'canisterRanges'>, canisterId: CanisterId): boolean {
  return subnet.canisterRanges.some((range) => isInRange(range, canisterId))
}

export function isInRange({first, last}: CanisterRange, canisterId: CanisterId): boolean {
  return first <= canisterId && canisterId <= last
}
