/** `GET /api/v2/status`: what a network says of itself. Source: IC interface specification, "Request: Status". */
import {setTimeout as sleep} from 'node:timers/promises'
import type {NetworkConfig} from '../project/networks.js'
import {asMap, type CborMap, type CborValue, decodeCbor} from '../protocol/cbor.js'
import {NetworkNotRunning, NetworkUnhealthy, NetworkUnreachable, StatusInvalid} from './errors.js'

const REQUEST_TIMEOUT_MS = 10_000
const POLL_MS = 50

export interface NetworkStatus {
  readonly url: string
  /** `replica_health_status`; undefined where the network does not tell. */
  readonly health: string | undefined
  /** DER public key; undefined on networks that do not send it. */
  readonly rootKey: Uint8Array | undefined
  /** Every field of the answer. */
  readonly fields: CborMap
}

/** Throws NetworkUnreachable and StatusInvalid. */
export async function pingUrl(url: string, signal?: AbortSignal): Promise<NetworkStatus> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  const body = await fetchStatus(url, signal ? AbortSignal.any([signal, timeout]) : timeout, signal)
  const fields = asMap(decodeStatus(url, body))
  if (!fields) throw new StatusInvalid(url, 'its status is not a map.')
  const health = fields.get('replica_health_status')
  const rootKey = fields.get('root_key')
  return {
    url,
    health: typeof health === 'string' ? health : undefined,
    rootKey: rootKey instanceof Uint8Array ? rootKey : undefined,
    fields,
  }
}

/** As `pingUrl`; for a local network that does not answer NetworkNotRunning says what to type. */
export async function pingNetwork(network: NetworkConfig, url: string, signal?: AbortSignal): Promise<NetworkStatus> {
  try {
    return await pingUrl(url, signal)
  } catch (error) {
    if (network.kind === 'local' && error instanceof NetworkUnreachable) throw new NetworkNotRunning(network.name, url, error.cause)
    throw error
  }
}

export interface WaitHealthyOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Asks again until the network is healthy. Throws the last failure, or NetworkUnhealthy, when the time is over. */
export async function waitUntilHealthy(url: string, {timeoutMs, signal}: WaitHealthyOptions): Promise<NetworkStatus> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const status = await pingUrl(url, signal).catch((error: unknown) => {
      if (signal?.aborted || Date.now() > end) throw error
      return undefined
    })
    if (status && isHealthy(status)) return status
    if (Date.now() > end) throw new NetworkUnhealthy(url, status?.health ?? 'unknown', timeoutMs)
    await sleep(POLL_MS, undefined, {signal})
  }
}

/** A network that does not tell its health counts as healthy. */
export function isHealthy({health}: NetworkStatus): boolean {
  return health === undefined || health === 'healthy'
}

async function fetchStatus(url: string, signal: AbortSignal, ownSignal: AbortSignal | undefined): Promise<Uint8Array> {
  let response: Response
  try {
    response = await fetch(`${url}/api/v2/status`, {signal})
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (ownSignal?.aborted) throw error
    throw new NetworkUnreachable(url, error instanceof TypeError ? (error.cause ?? error) : error)
  }
  throw new StatusInvalid(url, `it answers HTTP ${response.status}.`)
}

function decodeStatus(url: string, body: Uint8Array): CborValue {
  try {
    return decodeCbor(body)
  } catch (error) {
    throw new StatusInvalid(url, 'its status is not CBOR.', error)
  }
}
