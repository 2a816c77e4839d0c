/** `stop`: ends the local network; that none runs is success. */
import {serverLogPath} from '../network/server-log.js'
import {type StopOutcome, stopNetwork} from '../network/stop-network.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Reporter} from './reporter.js'
import {requireLocal} from './start-local-network.js'

export interface StopReport {
  readonly network: string
  readonly outcome: StopOutcome
}

export async function stopLocalNetwork({
  network,
  reporter,
}: {
  readonly network: NetworkConfig
  readonly reporter: Reporter
}): Promise<StopReport> {
  const local = requireLocal(network)
  const outcome = await reporter.step('Stopping the network…', () => stopNetwork(local))
  if (outcome === 'not-running') reporter.info('No local network replica found. Nothing to do.')
  if (outcome === 'killed') reporter.warn(`The network did not stop by itself and was killed. Its log: ${serverLogPath(local)}`)
  return {network: local.name, outcome}
}
