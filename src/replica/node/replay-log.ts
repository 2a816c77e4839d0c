/**
 * Executes again what the log holds above the loaded state, and compares every root with the one that was certified.
 *
 * A height without a root is one that the process stopped in, and perhaps died of: each start that begins it leaves a record, and after two the message that was
 * being executed is quarantined, by a record that every later replay obeys.
 */

import {equalBytes, toHex} from '../../base/bytes.js'
import {decodeFinalBlock, type FinalBlock, replayBatch} from '../consensus/delivery.js'
import type {BatchLog} from '../store/batch-log.js'
import type {LoggedHeight} from '../store/read-log.js'
import type {Subject} from './careful-rooms.js'
import {BlockUnreadable, ReplayDiverged} from './errors.js'
import {findExecuting, forgetExecuting} from './executing-note.js'
import type {ExecutionClient} from './execution-client.js'
import type {Executed} from './messages.js'

/** So many starts may die of a height before its message is quarantined. */
const MAX_ATTEMPTS = 2

export interface Quarantined extends Subject {
  readonly height: number
}

export interface Replay {
  /** The newest block of the log; undefined when it holds none above the checkpoint. */
  readonly anchor: FinalBlock | undefined
  /** Of the last batch executed. */
  readonly last: Executed | undefined
  readonly heights: number
  readonly instructions: bigint
  /** By this start. */
  readonly quarantined: readonly Quarantined[]
}

export interface ReplayParts {
  readonly log: BatchLog
  readonly execution: ExecutionClient
  readonly stateFolder: string
  readonly onExecuted: (executed: Executed) => void
}

/** Throws ReplayDiverged when a height gives another root than it did before. */
export async function replayLog({log, execution, stateFolder, onExecuted}: ReplayParts): Promise<Replay> {
  let anchor: FinalBlock | undefined
  let last: Executed | undefined
  let [heights, instructions] = [0, 0n]
  const quarantined: Quarantined[] = []
  for await (const logged of log.readTail()) {
    const {height, randomness, root} = logged
    anchor = readBlock(logged)
    const fresh = root ? undefined : await prepareAttempt(log, stateFolder, logged)
    if (fresh) quarantined.push({height, ...fresh})
    const subjects = [...logged.quarantined, ...(fresh ? [fresh.id] : [])]
    last = await execution.execute(replayBatch(anchor, randomness), {quarantined: subjects, isCareful: root === undefined})
    compareRoots(last, logged)
    if (!root) await endAttempt(log, stateFolder, last)
    heights++
    instructions += last.instructions
    onExecuted(last)
  }
  return {anchor, last, heights, instructions, quarantined}
}

/** Records that the height is begun. Gives the message to quarantine, when earlier starts died of it. */
async function prepareAttempt(log: BatchLog, stateFolder: string, {height, attempts}: LoggedHeight): Promise<Subject | undefined> {
  const culprit = attempts >= MAX_ATTEMPTS ? findExecuting(stateFolder, height) : undefined
  if (culprit) await log.appendQuarantine(height, [culprit.id])
  await log.appendAttempt(height)
  return culprit
}

async function endAttempt(log: BatchLog, stateFolder: string, {height, rootHash}: Executed): Promise<void> {
  await log.appendRoot({height, rootHash, signature: new Uint8Array(0)})
  forgetExecuting(stateFolder)
}

/** Throws BlockUnreadable. */
export function readBlock({height, block, programVersion}: Pick<LoggedHeight, 'height' | 'block'> & {programVersion?: string}): FinalBlock {
  try {
    return decodeFinalBlock(block)
  } catch (cause) {
    throw new BlockUnreadable(`The block of height ${height}`, programVersion, cause)
  }
}

export function compareRoots({height, rootHash}: Executed, {root}: LoggedHeight): void {
  if (root && !equalBytes(rootHash, root.rootHash)) throw new ReplayDiverged(height, toHex(root.rootHash), toHex(rootHash))
}
