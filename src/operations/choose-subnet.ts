/** On which subnet a new canister is to live. */

import type {SubnetChoice} from '../agent/cycles-ledger.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {findSubnetOf} from '../agent/registry.js'
import type {CanisterId, SubnetId} from '../protocol/principal.js'
import {SubnetUndecided} from './canister-errors.js'

export interface SubnetWish {
  readonly subnet?: SubnetId | undefined
  readonly subnetType?: string | undefined
  readonly nextTo?: CanisterId | undefined
}

/**
 * What was asked for, else the one subnet of the project's other canisters; undefined where the ledger may decide.
 * Throws SubnetUndecided when the canisters of the project live on several subnets.
 */
export async function chooseSubnet(agent: IcAgent, wish: SubnetWish, others: readonly CanisterId[]): Promise<SubnetChoice | undefined> {
  if (wish.subnet !== undefined) return {subnet: wish.subnet}
  if (wish.subnetType !== undefined) return {subnetType: wish.subnetType}
  if (wish.nextTo !== undefined) return {subnet: await findSubnetOf(agent, wish.nextTo)}
  const subnets = new Set<SubnetId>()
  for (const id of others) subnets.add(await findSubnetOf(agent, id))
  if (subnets.size > 1) throw new SubnetUndecided()
  const [only] = subnets
  return only === undefined ? undefined : {subnet: only}
}
