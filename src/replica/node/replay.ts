/**
 * Executes the past again, from a kept checkpoint or genesis, and compares every root with the one that was certified. Changes nothing on disk, and
 * works beside a node that is running.
 */

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {equalBytes, toHex} from '../../base/bytes.js'
import {replayBatch} from '../consensus/delivery.js'
import {initBls} from '../crypto/bls.js'
import type {TraceEvent} from '../execution/execution-rooms.js'
import {listKeptHeights} from '../store/manifests.js'
import {findOldestHeight, readHeights} from '../store/read-log.js'
import {CHECKPOINT_FOLDER, LOG_FOLDER} from '../store/state-folder.js'
import {nodeFs} from '../store/store-fs.js'
import {HistoryTooShort, ReplayDiverged, StateMissing} from './errors.js'
import {ExecutionClient} from './execution-client.js'
import {type Genesis, loadGenesis} from './genesis.js'
import type {Executed} from './messages.js'
import {compareRoots, readBlock} from './replay-log.js'

export interface ReplayRequest {
  readonly stateFolder: string
  /** First height wanted; the first possible one when undefined. */
  readonly from: number | undefined
  /** Last height wanted; the newest when undefined. */
  readonly to: number | undefined
  readonly trace: boolean
}

export interface ReplayedHeight {
  readonly height: number
  readonly timeNs: bigint
  readonly rootHash: Uint8Array
  /** The log has the root that was certified, and it is the same. */
  readonly isCompared: boolean
  /** Empty unless asked for. */
  readonly events: readonly TraceEvent[]
}

export interface ReplayReport {
  /** The checkpoint that the replay began from; 0 for genesis. */
  readonly baseHeight: number
  readonly fromHeight: number
  readonly toHeight: number
  readonly compared: number
  /** Kept checkpoints on the way whose state is the replayed one. */
  readonly checkpoints: readonly number[]
  readonly instructions: bigint
}

/** Tells each height from `from` on. Throws ReplayDiverged at the first difference, HistoryTooShort, StateMissing, and the store's errors. */
export async function replay(request: ReplayRequest, onHeight: (replayed: ReplayedHeight) => void): Promise<ReplayReport> {
  const {stateFolder, to = Infinity, trace} = request
  if (!existsSync(join(stateFolder, LOG_FOLDER))) throw new StateMissing(stateFolder)
  const genesis = loadGenesis(stateFolder, {nowNs: () => 0n})
  await initBls()
  const kept = await listKeptHeights(nodeFs, join(stateFolder, CHECKPOINT_FOLDER))
  const baseHeight = await findBase(join(stateFolder, LOG_FOLDER), kept, request.from)
  const fromHeight = Math.max(request.from ?? 0, baseHeight + 1)
  let [toHeight, compared, instructions] = [baseHeight, 0, 0n]
  const checkpoints: number[] = []
  await withExecution({stateFolder, genesis, replayFrom: baseHeight, trace}, async (execution) => {
    await execution.ready()
    for await (const logged of readHeights(join(stateFolder, LOG_FOLDER), baseHeight)) {
      if (logged.height > to) return
      const {quarantined, root, randomness} = logged
      const executed = await execution.execute(replayBatch(readBlock(logged), randomness), {quarantined, isCareful: false})
      compareRoots(executed, logged)
      toHeight = logged.height
      instructions += executed.instructions
      if (root) compared++
      if (kept.includes(toHeight)) {
        await compareCheckpoint({stateFolder, genesis, replayFrom: toHeight}, executed)
        checkpoints.push(toHeight)
      }
      const {timeNs, rootHash, trace: events = []} = executed
      if (toHeight >= fromHeight) onHeight({height: toHeight, timeNs, rootHash, isCompared: root !== undefined, events})
    }
  })
  return {baseHeight, fromHeight, toHeight, compared, checkpoints, instructions}
}

/** The highest base below the wanted height, from which the log leads on. */
async function findBase(logFolder: string, kept: readonly number[], from: number | undefined): Promise<number> {
  const oldest = (await findOldestHeight(logFolder)) ?? Infinity
  const bases = [0, ...kept].filter((base) => base + 1 >= oldest)
  const base = from === undefined ? bases[0] : bases.findLast((height) => height < from)
  if (base === undefined) throw new HistoryTooShort(from ?? 1, bases[0] === undefined ? undefined : bases[0] + 1)
  return base
}

async function compareCheckpoint(setup: Setup, {height, rootHash}: Executed): Promise<void> {
  await withExecution(setup, async (stored) => {
    const ready = await stored.ready()
    if (!equalBytes(ready.rootHash, rootHash)) throw new ReplayDiverged(height, toHex(ready.rootHash), toHex(rootHash))
  })
}

interface Setup {
  readonly stateFolder: string
  readonly genesis: Genesis
  readonly replayFrom: number
  readonly trace?: boolean
}

async function withExecution(setup: Setup, use: (execution: ExecutionClient) => Promise<void>): Promise<void> {
  // What goes wrong rejects the call that is under way.
  const execution = new ExecutionClient(setup, () => {})
  try {
    await use(execution)
  } finally {
    await execution.stop()
  }
}
