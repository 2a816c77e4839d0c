/** Where a browser finds the canisters of a project. Scripts search the lines for `NAME:`. */

import type {NetworkConfig} from '../project/networks.js'
import type {CanisterConfig} from '../project/project.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'

export interface CanisterUrls {
  readonly name: string
  readonly id: CanisterId
  /** The first is the recommended one; empty without a frontend. */
  readonly frontend: readonly FrontendUrl[]
  /** Undefined where no Candid interface is shown. */
  readonly candid: string | undefined
}

export interface FrontendUrl {
  readonly url: string
  readonly remark: string | undefined
}

export interface UrlSubject {
  readonly name: string
  readonly id: CanisterId
  readonly config: CanisterConfig | undefined
}

const MAINNET_CANDID_UI = 'https://a4gq6-oaaaa-aaaab-qaa4q-cai.raw.icp0.io'
const IP_ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[[\da-fA-F:]+\])$/

/** `networkUrl` is where requests of the network go. */
export function canisterUrls({name, id, config}: UrlSubject, network: NetworkConfig, networkUrl: string): CanisterUrls {
  const hasFrontend = config?.type === 'assets' || (config?.hasFrontend ?? false)
  return {
    name,
    id,
    frontend: hasFrontend ? frontendUrls(id, network, networkUrl) : [],
    candid: config?.type === 'assets' ? undefined : candidUrl(id, network, networkUrl),
  }
}

function frontendUrls(id: CanisterId, network: NetworkConfig, networkUrl: string): FrontendUrl[] {
  const text = principalToText(id)
  if (network.isMainnet) return [{url: `https://${text}.icp0.io/`, remark: undefined}]
  const {protocol, hostname, port} = new URL(networkUrl)
  const suffix = port === '' ? '' : `:${port}`
  if (!IP_ADDRESS.test(hostname)) return [{url: `${protocol}//${text}.${hostname}${suffix}/`, remark: undefined}]
  return [
    {url: `${protocol}//${text}.localhost${suffix}/`, remark: 'Recommended'},
    {url: `${protocol}//${hostname}${suffix}/?canisterId=${text}`, remark: 'Legacy'},
  ]
}

/** Local networks show the interface themselves, without a canister for it. */
function candidUrl(id: CanisterId, network: NetworkConfig, networkUrl: string): string {
  return `${candidUiUrl(network, networkUrl)}?id=${principalToText(id)}`
}

/** Where the page for interfaces is. */
export function candidUiUrl(network: NetworkConfig, networkUrl: string): string {
  return network.isMainnet ? `${MAINNET_CANDID_UI}/` : `${networkUrl.replace(/\/+$/, '')}/_/candid`
}

/** The block under `URLs:` at the end of deploy; empty when there is nothing to show. */
export function renderUrls(canisters: readonly CanisterUrls[]): string {
  const frontends = canisters.filter(({frontend}) => frontend.length > 0)
  const backends = canisters.filter(({candid}) => candid !== undefined)
  if (frontends.length + backends.length === 0) return ''
  return [
    'URLs:',
    ...(frontends.length > 0 ? ['  Frontend canister via browser:', ...frontends.flatMap(renderFrontend)] : []),
    ...(backends.length > 0
      ? ['  Backend canister via Candid interface:', ...backends.map(({name, candid}) => `    ${name}: ${candid}`)]
      : []),
  ].join('\n')
}

function renderFrontend({name, frontend}: CanisterUrls): string[] {
  if (frontend.length === 1) return [`    ${name}: ${frontend[0]!.url}`]
  return [`    ${name}:`, ...frontend.map(({url, remark}) => `      - ${url} (${remark})`)]
}
