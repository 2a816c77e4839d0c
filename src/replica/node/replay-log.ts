/** Executes again what the log holds above the loaded state, and compares every root with the one that was certified. */

import {equalBytes, toHex} from '../../base/bytes.js'
import {decodeFinalBlock, type FinalBlock, replayBatch} from '../consensus/delivery.js'
import type {Log} from '../store/log.js'
import type {LogRecord} from '../store/log-record.js'
import {ReplayDiverged} from './errors.js'
import type {ExecutionClient} from './execution-client.js'
import type {Executed} from './messages.js'

export interface Replay {
  /** The newest block of the log: consensus goes on above it. Undefined for an empty log. */
  readonly anchor: FinalBlock | undefined
  /** Of the last batch executed; undefined when the loaded state was the newest. */
  readonly last: Executed | undefined
  readonly heights: number
}

/** Throws ReplayDiverged when a height gives another root than it did before. */
export async function replayLog(
  log: Log,
  execution: ExecutionClient,
  loaded: {readonly height: number},
  onExecuted: (executed: Executed) => void,
): Promise<Replay> {
  let anchor: FinalBlock | undefined
  let last: Executed | undefined
  let heights = 0
  for await (const record of log.read()) {
    if (record.kind === 'root' && last?.height === record.height) compareRoots(last, record)
    if (record.kind !== 'batch') continue
    anchor = decodeFinalBlock(record.block)
    if (record.height <= loaded.height) continue
    last = await execution.execute(replayBatch(anchor, record.randomness))
    heights++
    onExecuted(last)
  }
  return {anchor, last, heights}
}

function compareRoots({height, rootHash}: Executed, record: Extract<LogRecord, {kind: 'root'}>): void {
  if (!equalBytes(rootHash, record.rootHash)) throw new ReplayDiverged(height, toHex(record.rootHash), toHex(rootHash))
}
