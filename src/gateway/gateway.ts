/**
 * The HTTP gateway: web pages out of canisters, for browsers that know nothing of the Internet Computer.
 *
 * Source: HTTP gateway protocol specification; behaviour of the public gateway where the specification is silent.
 */

import {randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {toHex} from '../base/bytes.js'
import type {CanisterId} from '../protocol/principal.js'
import {type Fault, fault, isFault} from './fault.js'
import {answerFault} from './fault-page.js'
import {environmentCookie, findHeader, PREFLIGHT_HEADERS, requestHeaders, responseHeaders} from './headers.js'
import type {CanisterRequest, HeaderField} from './http-interface.js'
import {type PlannedAnswer, planAnswer} from './plan-answer.js'
import {createReplicaClient} from './replica-client.js'
import {readRequestBody} from './request-body.js'
import {resolveCanister} from './resolve-canister.js'
import {createHttpTransport, type ReplicaTransport} from './transport.js'
import {createVerifier} from './verify-response.js'
import {writeAnswer} from './write-answer.js'

export interface GatewayOptions {
  /** The address of a replica, or a way to reach it. */
  readonly replica: string | ReplicaTransport
  /** DER. */
  readonly rootKey: Uint8Array
  readonly nowNs: () => bigint
  /** Hosts whose sub-domains are canisters. An empty list serves every host. */
  readonly domains?: readonly string[]
  /** Friendly names: the whole host, lower case and without port, to a canister. */
  readonly findCanisterByName?: (host: string) => CanisterId | undefined
  /** Where the root of a base domain leads. */
  readonly landingPath?: string
  /** What went wrong inside the gateway; the client sees only that something did. */
  readonly reportError?: (error: unknown) => void
}

export type Gateway = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const LOCAL_DOMAINS = ['localhost', '127.0.0.1', '::1']
const MAX_IN_FLIGHT = 2000

export function createGateway({
  replica,
  rootKey,
  nowNs,
  domains = LOCAL_DOMAINS,
  findCanisterByName,
  landingPath = '/_/dashboard',
  reportError = console.error,
}: GatewayOptions): Gateway {
  const client = createReplicaClient(typeof replica === 'string' ? createHttpTransport(replica) : replica, nowNs)
  const verify = createVerifier({rootKey, nowNs, client})
  const hostRules = {domains: domains.map((domain) => domain.toLowerCase()), ...(findCanisterByName && {findCanisterByName})}
  const cookie = environmentCookie(toHex(rootKey))
  let inFlight = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = originForm(request.url)
    const resolution = resolveCanister({host: request.headers.host, url, referer: request.headers.referer}, hostRules)
    if (resolution.kind === 'unresolved') return writeFault(response, fault(resolution.errorType, resolution.details))
    if (resolution.kind === 'landing') {
      response.writeHead(307, {location: landingPath, 'content-length': 0}).end()
      return
    }
    const method = request.method ?? 'GET'
    if (method === 'TRACE' || method === 'CONNECT')
      return writeFault(response, fault('client_method_not_allowed', `${method} is not served.`))
    const body = await readRequestBody(request)
    if (isFault(body)) return writeFault(response, body)
    const {canisterId, isRaw} = resolution
    const asked: CanisterRequest = {method, url, headers: requestHeaders(request.rawHeaders), body}
    const answer = await planAnswer({client, verify, canisterId, request: asked, isRaw})
    if (method === 'OPTIONS' && !isPreflightAnswer(answer)) return writePreflight(response)
    if (isFault(answer)) return writeFault(response, answer)
    const headers = responseHeaders(answer.headers, {canisterId, requestId: randomUUID()})
    await writeAnswer(response, answer, isPage(answer) ? [...headers, ['set-cookie', cookie]] : headers)
  }

  return async (request, response) => {
    if (inFlight >= MAX_IN_FLIGHT)
      return writeFault(response, fault('load_shed', `More than ${MAX_IN_FLIGHT} requests are being answered.`))
    inFlight++
    try {
      await serve(request, response)
    } catch (error) {
      reportError(error)
      if (response.headersSent) response.destroy()
      else writeFault(response, fault('internal_server_error', 'The gateway failed. The log of the network says more.'))
    } finally {
      inFlight--
    }
  }
}

/** Path and query, also of a request that was sent as to a proxy. */
function originForm(url = '/'): string {
  if (url.startsWith('/')) return url
  if (!URL.canParse(url)) return '/'
  const {pathname, search} = new URL(url)
  return pathname + search
}

/** A page that should know the network it comes from, unless its canister has told it already. */
function isPage({status, headers}: PlannedAnswer): boolean {
  const isHtml = /^text\/html\b/i.test(findHeader(headers, 'content-type') ?? '')
  return isHtml && status === 200 && !headers.some(([name, value]) => name.toLowerCase() === 'set-cookie' && value.startsWith('ic_env='))
}

function isPreflightAnswer(answer: PlannedAnswer | Fault): boolean {
  return !isFault(answer) && answer.status < 300 && findHeader(answer.headers, 'access-control-allow-origin') !== undefined
}

function writePreflight(response: ServerResponse): void {
  response.writeHead(200, flatten([...PREFLIGHT_HEADERS, ['content-length', '0']])).end()
}

function writeFault(response: ServerResponse, why: Fault): void {
  if (response.destroyed) return
  const {req} = response
  const wantsHtml = (req.method === 'GET' || req.method === 'HEAD') && /\btext\/html\b/.test(req.headers.accept ?? '')
  const {status, headers, body} = answerFault(why, wantsHtml)
  const length: HeaderField = ['content-length', String(Buffer.byteLength(body))]
  response.writeHead(status, flatten([...headers, ['access-control-allow-origin', '*'], length]))
  response.end(req.method === 'HEAD' ? undefined : body)
  if (!req.complete) req.resume()
}

const flatten = (headers: readonly HeaderField[]): string[] => headers.flat()
