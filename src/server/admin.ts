/**
 * What only the owner of a local network may ask of its process: a snapshot, time. `POST /_/icicle/<verb>` with JSON in and out.
 *
 * Whoever can read the token, a file that only the user may read, is the owner. Requests that a browser sends for a page are refused even so: by
 * their `Origin`, and by a `Host` that is not this machine (a page whose name was pointed here).
 */

import {randomBytes, timingSafeEqual} from 'node:crypto'
import {rmSync, writeFileSync} from 'node:fs'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {join} from 'node:path'
import type {ReplicaNode} from '../replica/node/replica-node.js'
import {describeFailure} from './describe-failure.js'

export const ADMIN_PATH = '/_/icicle/'
const TOKEN_FILE = 'admin-token'
const MAX_BODY_BYTES = 65_536
const OWN_HOSTS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

export interface Admin {
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Takes the token away. */
  close(): void
}

export function openAdmin(node: ReplicaNode, stateFolder: string): Admin {
  const token = randomBytes(32).toString('hex')
  const file = join(stateFolder, TOKEN_FILE)
  rmSync(file, {force: true})
  writeFileSync(file, token, {mode: 0o600})
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = findRefusal(request, token)
    if (refusal) return answer(response, refusal.status, {error: {code: 'REFUSED', message: refusal.why, hints: []}})
    try {
      const verb = VERBS[request.url!.slice(ADMIN_PATH.length)]
      if (!verb) return answer(response, 404, {error: {code: 'VERB_UNKNOWN', message: 'The network knows no such request.', hints: []}})
      answer(response, 200, await verb(node, JSON.parse(await readBody(request)) as Readonly<Record<string, unknown>>))
    } catch (error) {
      answer(response, 400, {error: describeFailure(error)})
    }
  }
  return {listener, close: () => rmSync(file, {force: true})}
}

type Verb = (node: ReplicaNode, body: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>

const VERBS: Readonly<Record<string, Verb>> = {
  /** `{folder}`, an absolute path that does not exist yet. */
  snapshot: async (node, {folder}) => {
    await node.snapshot(String(folder))
    return {}
  },
  /** `{byNs}`, as text. Gives the network's new time, as text. */
  'advance-time': async (node, {byNs}) => {
    await node.advanceTime(BigInt(String(byNs)))
    return {nowNs: String(node.nowNs())}
  },
}

function findRefusal({method, headers}: IncomingMessage, token: string): {readonly status: number; readonly why: string} | undefined {
  if (method !== 'POST') return {status: 405, why: 'Only POST is taken here.'}
  if (!OWN_HOSTS.test(headers.host ?? '') || headers.origin !== undefined)
    return {status: 403, why: 'Requests from pages are not taken here.'}
  const given = Buffer.from(headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return {status: 401, why: 'The token of the network is missing or wrong.'}
  return undefined
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_BODY_BYTES) throw new Error('the request is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (status !== 200) response.setHeader('connection', 'close')
  response.writeHead(status, {'content-type': 'application/json', 'cache-control': 'no-store'})
  response.end(JSON.stringify(body))
}
