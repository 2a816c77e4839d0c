/** `ping`: the status of a network, as data that prints. */

import {type NetworkStatus, pingNetwork, waitUntilHealthy} from '../network/ping-network.js'
import type {NetworkConfig} from '../project/networks.js'
import {CborFloat, CborTagged, type CborValue} from '../protocol/cbor.js'

const WAIT_HEALTHY_MS = 60_000

/** JSON values as the replica sent them; byte strings as lists of numbers, as dfx shows them. */
export type PingReport = Readonly<Record<string, unknown>>

export interface PingRequest {
  readonly network: NetworkConfig
  readonly url: string
  /** Asks again for up to a minute until the network is healthy. */
  readonly waitHealthy: boolean
  readonly signal: AbortSignal
}

export async function pingStatus({network, url, waitHealthy, signal}: PingRequest): Promise<PingReport> {
  const status = waitHealthy ? await waitUntilHealthy(url, {timeoutMs: WAIT_HEALTHY_MS, signal}) : await pingNetwork(network, url, signal)
  return reportStatus(status)
}

function reportStatus({fields}: NetworkStatus): PingReport {
  const entries = [...fields].map(([key, value]) => [String(key), toPlain(value)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function toPlain(value: CborValue): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (value instanceof CborTagged) return toPlain(value.value)
  if (value instanceof CborFloat) return value.value
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, entry]) => [String(key), toPlain(entry as CborValue)]))
  if (Array.isArray(value)) return value.map(toPlain)
  return typeof value === 'bigint' ? value.toString() : value
}

/** One field per line; lists on theirs. */
export function renderPing(report: PingReport): string {
  const lines = Object.entries(report).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `{\n${lines.join(',\n')}\n}`
}
