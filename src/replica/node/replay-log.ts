/** Executes again what the log holds above the loaded state, and compares every root with the one that was certified. */

import {equalBytes, toHex} from '../../base/bytes.js'
import {decodeFinalBlock, type FinalBlock, replayBatch} from '../consensus/delivery.js'
import type {BatchLog} from '../store/batch-log.js'
import type {LoggedHeight} from '../store/read-log.js'
import {ReplayDiverged} from './errors.js'
import type {ExecutionClient} from './execution-client.js'
import type {Executed} from './messages.js'

export interface Replay {
  /** The newest block of the log; undefined when it holds none above the checkpoint. */
  readonly anchor: FinalBlock | undefined
  /** Of the last batch executed. */
  readonly last: Executed | undefined
  readonly heights: number
}

/** Throws ReplayDiverged when a height gives another root than it did before. */
export async function replayLog(log: BatchLog, execution: ExecutionClient, onExecuted: (executed: Executed) => void): Promise<Replay> {
  let anchor: FinalBlock | undefined
  let last: Executed | undefined
  let heights = 0
  for await (const logged of log.readTail()) {
    anchor = decodeFinalBlock(logged.block)
    last = await execution.execute(replayBatch(anchor, logged.randomness))
    compareRoots(last, logged)
    heights++
    onExecuted(last)
  }
  return {anchor, last, heights}
}

function compareRoots({height, rootHash}: Executed, {root}: LoggedHeight): void {
  if (root && !equalBytes(rootHash, root.rootHash)) throw new ReplayDiverged(height, toHex(root.rootHash), toHex(rootHash))
}
