/** Sends fuzzed bodies to every endpoint of a network and looks for answers that must never come. */

import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {BodyFuzzer, type FuzzKind} from './fuzz-bodies.js'
import {fetchSubnetId, send} from './raw-http.js'

export interface Endpoint {
  readonly kind: FuzzKind
  readonly version: number
  readonly scope: 'canister' | 'subnet'
}

export const ENDPOINTS: readonly Endpoint[] = [
  ...[2, 3, 4].map((version): Endpoint => ({kind: 'call', version, scope: 'canister'})),
  {kind: 'call', version: 4, scope: 'subnet'},
  ...[2, 3].map((version): Endpoint => ({kind: 'query', version, scope: 'canister'})),
  {kind: 'query', version: 3, scope: 'subnet'},
  ...[2, 3].map((version): Endpoint => ({kind: 'read_state', version, scope: 'canister'})),
  ...[2, 3].map((version): Endpoint => ({kind: 'read_state', version, scope: 'subnet'})),
]

/** What a wrong request may be answered with. */
const ALLOWED = new Set([200, 202, 400, 403, 404, 413])
const PARALLEL = 32
/** A synchronous call may be held for ten seconds. */
const MAX_MS = 20_000

export interface FuzzReport {
  readonly statuses: Readonly<Record<number, number>>
  /** Answers with a status that is not allowed, and requests without an answer, with their bodies. */
  readonly failures: readonly string[]
}

/** `request` sends one body; the rest is as over HTTP. */
export async function fuzzEndpoint(
  url: string,
  {kind, version, scope}: Endpoint,
  {seed, count, canisters, request = send}: {seed: number; count: number; canisters: readonly CanisterId[]; request?: typeof send},
): Promise<FuzzReport> {
  const id = principalToText(scope === 'subnet' ? await fetchSubnetId(url) : canisters[0]!)
  const at = `${url}/api/v${version}/${scope}/${id}/${kind}`
  const fuzzer = new BodyFuzzer(seed, canisters)
  const statuses: Record<number, number> = {}
  const failures: string[] = []
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const body = fuzzer.next(kind)
      const outcome = await Promise.race([attempt(request, at, body), late()])
      if (typeof outcome === 'number') statuses[outcome] = (statuses[outcome] ?? 0) + 1
      if (typeof outcome === 'string' || !ALLOWED.has(outcome)) failures.push(`${outcome} to ${Buffer.from(body).toString('hex')}`)
    }
  }
  await Promise.all(Array.from({length: PARALLEL}, worker))
  return {statuses, failures}
}

async function attempt(request: typeof send, at: string, body: Uint8Array): Promise<number | string> {
  try {
    return (await request(at, body)).status
  } catch (error) {
    return (error as Error).message
  }
}

function late(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, MAX_MS, `no answer in ${MAX_MS} ms`).unref())
}
