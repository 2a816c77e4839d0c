/** What the pages show of the network, from the node that runs it. */

import type {NetworkFacts, SubnetFacts} from '../pages/network-facts.js'
import type {ReplicaNode} from '../replica/node/replica-node.js'

type SubnetRecord = ReplicaNode['keys']['registry']['subnets'] extends ReadonlyMap<unknown, infer R> ? R : never

const KINDS: Readonly<Record<SubnetRecord['type'], string>> = {
  application: 'Application',
  system: 'System',
}

export function findNetworkFacts(node: ReplicaNode): NetworkFacts {
  const {rootKey, version, health, certifiedHeight} = node.getStatus()
  const {subnets} = node.keys.registry
  const [first] = subnets.values()
  return {
    version,
    health,
    certifiedHeight,
    rootKey,
    subnets: [...subnets.values()].map(describeSubnet),
    defaultEffectiveCanisterId: first!.allocationRange.first,
  }
}

function describeSubnet({subnetId, type, nodes, canisterRanges}: SubnetRecord): SubnetFacts {
  return {subnetId, kind: KINDS[type], nodes: nodes.map(({nodeId}) => nodeId), ranges: canisterRanges}
}
