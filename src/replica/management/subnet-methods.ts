/**
 * `subnet_info`, `node_metrics_history`, `list_canisters`: what the subnet tells of itself.
 *
 * Source: IC interface specification, the methods' sections; digest management-canister section 10.
 */

import {type CanisterId, findCanisterNumber, principalToBytes, type SubnetId} from '../../protocol/principal.js'
import {type ManagementCall, type ManagementStep, reply} from './management-call.js'

/** What canisters see as the version of the replica. */
const REPLICA_VERSION = 'icicle'

export function subnetInfo(_call: ManagementCall<{readonly subnet_id: SubnetId}>): ManagementStep {
  return reply({replica_version: REPLICA_VERSION, registry_version: 1n})
}

export function nodeMetricsHistory(call: ManagementCall<{readonly start_at_timestamp_nanos: bigint}>): ManagementStep {
  const samples = call.state.nodeMetrics.filter(({dayNs}) => dayNs >= call.args.start_at_timestamp_nanos)
  return reply(
    samples.map(({dayNs, nodes}) => ({
      timestamp_nanos: dayNs,
      node_metrics: nodes.map(({nodeId, proposed, failed}) => ({
        node_id: nodeId,
        num_blocks_proposed_total: proposed,
        num_block_failures_total: failed,
      })),
    })),
  )
}

/** Existing ids as maximal consecutive ranges. */
export function listCanisters({state}: ManagementCall<unknown>): ManagementStep {
  const ranges: {start: CanisterId; end: CanisterId}[] = []
  for (const id of [...state.canisters.keys()].sort()) {
    const last = ranges.at(-1)
    if (last && isNext(last.end, id)) last.end = id
    else ranges.push({start: id, end: id})
  }
  return reply({canisters: ranges})
}

function isNext(previous: CanisterId, id: CanisterId): boolean {
  const [a, b] = [findCanisterNumber(previous), findCanisterNumber(id)]
  return a !== undefined && b !== undefined && principalToBytes(id).length === 10 && b === a + 1n
}
