/** `replay`: executes the past of the local network again and compares it with what was certified. */
import {type ReplayRange, type ReplayReport, runReplay, type TracedHeight} from '../network/replay-process.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Reporter} from './reporter.js'
import {requireLocal} from './start-local-network.js'

export interface ReplayContext {
  readonly network: NetworkConfig
  readonly reporter: Reporter
  readonly signal: AbortSignal
}

export interface ReplayRequest extends ReplayRange {
  readonly trace: boolean
}

export interface ReplayResult extends ReplayReport {
  /** Only with `trace`. */
  readonly trace: readonly TracedHeight[]
}

/** The network may run meanwhile. Throws ServerFailed: REPLAY_DIVERGED, HISTORY_TOO_SHORT, STATE_MISSING, STORE_DAMAGED. */
export async function replayNetwork({network, reporter, signal}: ReplayContext, request: ReplayRequest): Promise<ReplayResult> {
  const local = requireLocal(network)
  const trace: TracedHeight[] = []
  const onHeight = (height: TracedHeight): void => {
    if (request.trace && height.events.length > 0) trace.push(height)
  }
  const report = await reporter.step('Replaying…', () => runReplay(local, {...request, signal, onHeight}))
  return {...report, trace}
}
