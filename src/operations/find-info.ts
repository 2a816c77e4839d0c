/** `info`: single facts for scripts. */
import {join} from 'node:path'
import {icicleVersion} from '../io/program.js'
import {findRunningNetwork} from '../network/running-network.js'
import type {NetworkConfig} from '../project/networks.js'
import {configJsonPath, networksJsonPath, type Places} from '../project/places.js'
import {principalToText} from '../protocol/principal.js'
import {findCreationPlace} from './creation-place.js'
import {InfoUnavailable} from './errors.js'
import {candidUiUrl} from './urls.js'

export interface InfoContext {
  readonly places: Places
  network(): NetworkConfig
  networkUrl(): string
}

/** Each fact as text. Throws InfoUnavailable for what icicle does not have. */
const FACTS = {
  'webserver-port': ({network}: InfoContext) => String(webserverPort(network())),
  'candid-ui-url': ({network, networkUrl}: InfoContext) => candidUiUrl(network(), networkUrl()),
  'security-policy': () => SECURITY_POLICY,
  'replica-port': () => {
    throw new InfoUnavailable('The replica has no port of its own.', {hints: ["Use 'info webserver-port': the replica answers there too."]})
  },
  'replica-rev': () => `icicle-${icicleVersion()}`,
  'networks-json-path': ({places}: InfoContext) => networksJsonPath(places),
  'config-json-path': ({places}: InfoContext) => configJsonPath(places),
  'pocketic-config-port': () => {
    throw new InfoUnavailable('No PocketIC port found')
  },
  'telemetry-log-path': ({places}: InfoContext) => join(places.cache, '..', 'dfx', 'telemetry', 'telemetry.log'),
  'default-effective-canister-id': async ({networkUrl}: InfoContext) => principalToText(await findCreationPlace(networkUrl())),
} as const satisfies Readonly<Record<string, (context: InfoContext) => string | Promise<string>>>

export type InfoTopic = keyof typeof FACTS
export const INFO_TOPICS = Object.keys(FACTS) as InfoTopic[]

export async function findInfo(topic: InfoTopic, context: InfoContext): Promise<string> {
  return FACTS[topic](context)
}

/** What to put into `.ic-assets.json5` for the headers that protect a page. */
const SECURITY_POLICY = `// The headers of the standard security policy. Put this into .ic-assets.json5 and loosen what your frontend needs.
[
  {
    "match": "**/*",
    "security_policy": "standard"
  }
]`

/** The port in use, else the configured one. */
function webserverPort(network: NetworkConfig): number {
  if (network.kind !== 'local') throw new InfoUnavailable(`The network '${network.name}' does not run on this computer.`)
  return findRunningNetwork(network)?.port ?? network.bind.port
}
