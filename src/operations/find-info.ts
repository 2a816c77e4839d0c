/** `info`: single facts for scripts. */
import {icicleVersion} from '../io/program.js'
import {findRunningNetwork} from '../network/running-network.js'
import type {NetworkConfig} from '../project/networks.js'
import {configJsonPath, networksJsonPath, type Places} from '../project/places.js'
import {InfoUnavailable} from './errors.js'

export const INFO_TOPICS = [
  'webserver-port',
  'replica-port',
  'networks-json-path',
  'config-json-path',
  'pocketic-config-port',
  'replica-rev',
] as const
export type InfoTopic = (typeof INFO_TOPICS)[number]

export interface InfoContext {
  readonly places: Places
  network(): NetworkConfig
}

/** The fact as text. Throws InfoUnavailable for what icicle does not have. */
export function findInfo(topic: InfoTopic, context: InfoContext): string {
  switch (topic) {
    case 'webserver-port':
      return String(webserverPort(context.network()))
    case 'networks-json-path':
      return networksJsonPath(context.places)
    case 'config-json-path':
      return configJsonPath(context.places)
    case 'replica-rev':
      return `icicle-${icicleVersion()}`
    case 'replica-port':
      throw new InfoUnavailable('The replica has no port of its own.', {
        hints: ["Use 'info webserver-port': the replica answers there too."],
      })
    case 'pocketic-config-port':
      throw new InfoUnavailable('No PocketIC port found')
  }
}

/** The port in use, else the configured one. */
function webserverPort(network: NetworkConfig): number {
  if (network.kind !== 'local') throw new InfoUnavailable(`The network '${network.name}' does not run on this computer.`)
  return findRunningNetwork(network)?.port ?? network.bind.port
}
