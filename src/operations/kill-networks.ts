/** `killall`: ends every local network of the user that its records tell of, and the project's own. */

import {findRunningNetwork} from '../network/running-network.js'
import {stopNetwork} from '../network/stop-network.js'
import {LOCAL, type LocalNetwork, loadNetworksJson, resolveNetwork} from '../project/networks.js'
import type {Places} from '../project/places.js'
import type {Project} from '../project/project.js'
import type {Reporter} from './reporter.js'

export interface KillReport {
  readonly killed: readonly {readonly network: string; readonly pid: number}[]
}

export async function killNetworks(places: Places, project: Project | undefined, reporter: Reporter): Promise<KillReport> {
  const killed: {network: string; pid: number}[] = []
  for (const network of listNetworks(places, project)) {
    const running = findRunningNetwork(network)
    if (!running) continue
    await stopNetwork(network)
    killed.push({network: network.name, pid: running.pid})
  }
  reporter.info(`Killed ${killed.length} ${killed.length === 1 ? 'process' : 'processes'}`)
  return {killed}
}

function listNetworks(places: Places, project: Project | undefined): LocalNetwork[] {
  const shared = loadNetworksJson(places)
  const common = [LOCAL, ...Object.keys(shared)].map((name) => resolveNetwork(name, {project: undefined, shared, places}))
  const own = Object.keys(project?.networks ?? {}).map((name) => resolveNetwork(name, {project, shared, places}))
  return [...common, ...own].filter((network) => network.kind === 'local')
}
