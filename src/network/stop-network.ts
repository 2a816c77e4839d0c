/** Ends the local network: first kindly, so that it takes a checkpoint, then for certain. */

import {endProcess, isProcessAlive} from '../io/processes.js'
import type {LocalNetwork} from '../project/networks.js'
import {findRunningNetwork, forgetRunningNetwork} from './running-network.js'

const STOP_TIMEOUT_MS = 60_000

export type StopOutcome = 'not-running' | 'stopped' | 'killed'

export interface StopOptions {
  /** How long the checkpoint may take. */
  readonly timeoutMs?: number
}

/** Returns when the process has ended. `killed`: it did not end by itself; the log brings the state back at the next start. */
export async function stopNetwork(network: LocalNetwork, {timeoutMs = STOP_TIMEOUT_MS}: StopOptions = {}): Promise<StopOutcome> {
  const running = findRunningNetwork(network)
  if (!running) {
    forgetRunningNetwork(network)
    return 'not-running'
  }
  const ended = await endProcess(running.pid, timeoutMs)
  if (!isProcessAlive(running.pid)) forgetRunningNetwork(network)
  return ended ? 'stopped' : 'killed'
}
