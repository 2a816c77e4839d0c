/** Blocks made and missed by each node: `node_metrics_history`. Digest consensus section 12, last line. */

import type {NodeId} from '../../protocol/principal.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import type {Batch} from './batch.js'

const DAY_NS = 86_400_000_000_000n
const MAX_SAMPLES = 60

/** Adds to the totals; the last sample of every UTC day is kept, 60 days long. `dayNs` is the time of the sample. */
export function countBlockMakers(state: ReplicatedState, {blockMaker, timeNs}: Batch): void {
  const last = state.nodeMetrics.at(-1)
  const totals = new Map<NodeId, {proposed: bigint; failed: bigint}>()
  for (const {nodeId, proposed, failed} of last?.nodes ?? []) totals.set(nodeId as NodeId, {proposed, failed})
  const totalOf = (nodeId: NodeId) => {
    const total = totals.get(nodeId) ?? {proposed: 0n, failed: 0n}
    totals.set(nodeId, total)
    return total
  }
  totalOf(blockMaker.nodeId).proposed++
  for (const nodeId of blockMaker.failed) totalOf(nodeId).failed++
  const nodes = [...totals.keys()].sort().map((nodeId) => ({nodeId, ...totals.get(nodeId)!}))
  if (last && last.dayNs / DAY_NS === timeNs / DAY_NS) state.nodeMetrics.pop()
  state.nodeMetrics = [...state.nodeMetrics, {dayNs: timeNs, nodes}].slice(-MAX_SAMPLES)
}
