/**
 * `/_/topology`: the subnets and ranges of the network, as a PocketIC server tells them; tools read from it where to create canisters.
 *
 * Source: digest pocketic-api, section 2.7. Principals as values are base64 of their bytes, as keys they are text.
 */

import {type Principal, principalToBytes, principalToText} from '../protocol/principal.js'
import type {NetworkFacts, SubnetFacts} from './network-facts.js'

export function describeTopology({subnets, defaultEffectiveCanisterId}: NetworkFacts): object {
  return {
    subnet_configs: Object.fromEntries(subnets.map((subnet) => [principalToText(subnet.subnetId), describeSubnet(subnet)])),
    default_effective_canister_id: {canister_id: toBase64(defaultEffectiveCanisterId)},
  }
}

/** A network of one program has no seed that could be told: it is a secret here. */
const NO_SEED = Array<number>(32).fill(0)

function describeSubnet({kind, nodes, ranges}: SubnetFacts): object {
  return {
    subnet_kind: kind,
    subnet_seed: NO_SEED,
    instruction_config: 'Production',
    cost_schedule: 'Normal',
    subnet_admins: null,
    node_ids: nodes.map((node) => ({node_id: toBase64(node)})),
    size: nodes.length,
    canister_ranges: ranges.map(({first, last}) => ({start: {canister_id: toBase64(first)}, end: {canister_id: toBase64(last)}})),
  }
}

const toBase64 = (principal: Principal): string => Buffer.from(principalToBytes(principal)).toString('base64')
