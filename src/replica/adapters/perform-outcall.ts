/**
 * One HTTPS outcall of a canister: sends the request, and takes the answer in up to its limit.
 *
 * Redirects are not followed, nothing is decompressed: the canister sees what the server sent.
 * Source: digest management-canister section 8, "HTTP outcalls".
 */

import {type ClientRequest, type IncomingMessage, request as requestHttp} from 'node:http'
import {request as requestHttps} from 'node:https'
import {concatBytes} from '../../base/bytes.js'
import type {HttpOutcall} from '../state/replicated-state.js'

export interface HttpHeader {
  readonly name: string
  readonly value: string
}

/** To be handed to the transform, if there is one, and then to consensus. */
export interface HttpResponse {
  readonly status: number
  readonly headers: readonly HttpHeader[]
  readonly body: Uint8Array
}

/** A reject is what the canister gets: 1 when trying again is useless, 2 when it may help. */
export type OutcallResult =
  | {readonly kind: 'response'; readonly response: HttpResponse}
  | {readonly kind: 'reject'; readonly code: 1 | 2; readonly message: string}

export interface OutcallOptions {
  /** Local networks take `http://` too. */
  readonly allowHttp: boolean
  readonly connectTimeoutMs?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const CONNECT_TIMEOUT_MS = 2_000
const TIMEOUT_MS = 30_000
const USER_AGENT = 'ic/1.0'
/** Decided by the connection and the body, whatever the canister says. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'expect'])

class OutcallRefused extends Error {
  constructor(
    readonly code: 1 | 2,
    message: string,
  ) {
    super(message)
  }
}

/** Never rejects: what goes wrong is the canister's answer. */
export async function performOutcall(outcall: HttpOutcall, options: OutcallOptions): Promise<OutcallResult> {
  try {
    const incoming = await send(outcall, options)
    return {kind: 'response', response: await receive(incoming, outcall.maxResponseBytes)}
  } catch (error) {
    if (error instanceof OutcallRefused) return {kind: 'reject', code: error.code, message: error.message}
    return {kind: 'reject', code: 2, message: `Connecting to ${outcall.url} failed: ${describe(error)}`}
  }
}

/** Resolves when the head of the answer has come. The timeouts go on while its body is read. */
function send(outcall: HttpOutcall, options: OutcallOptions): Promise<IncomingMessage> {
  const url = parseUrl(outcall.url, options.allowHttp)
  const {timeoutMs = TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS, signal} = options
  return new Promise((resolve, reject) => {
    const request = createRequest(url, outcall, signal)
    const expire = (what: string): void => void request.destroy(new OutcallRefused(2, what))
    const total = setTimeout(expire, timeoutMs, `The request to ${outcall.url} took longer than ${timeoutMs} ms`)
    const connecting = setTimeout(expire, connectTimeoutMs, `Connecting to ${outcall.url} took longer than ${connectTimeoutMs} ms`)
    request.on('socket', (socket) => {
      if (!socket.connecting) clearTimeout(connecting)
      socket.once('connect', () => clearTimeout(connecting))
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.on('close', () => {
      clearTimeout(total)
      clearTimeout(connecting)
    })
    request.end(outcall.body)
  })
}

function parseUrl(text: string, allowHttp: boolean): URL {
  if (!URL.canParse(text)) throw new OutcallRefused(1, `Failed to parse URL '${text}'`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
    throw new OutcallRefused(1, `The URL '${text}' does not have the scheme https`)
  return url
}

function createRequest(url: URL, {method, headers, body}: HttpOutcall, signal: AbortSignal | undefined): ClientRequest {
  const create = url.protocol === 'https:' ? requestHttps : requestHttp
  const sent = headers.filter(({name}) => !OWN_HEADERS.has(name.toLowerCase()))
  if (!sent.some(({name}) => name.toLowerCase() === 'user-agent')) sent.push({name: 'user-agent', value: USER_AGENT})
  if (!sent.some(({name}) => name.toLowerCase() === 'host')) sent.push({name: 'host', value: url.host})
  if (body.length > 0) sent.push({name: 'content-length', value: String(body.length)})
  try {
    return create(url, {method, headers: groupByName(sent), agent: false, ...(signal && {signal})})
  } catch (error) {
    // Characters that HTTP does not allow: Node refuses them before it connects.
    throw new OutcallRefused(1, `The headers of the request are not valid: ${describe(error)}`)
  }
}

function groupByName(headers: readonly HttpHeader[]): Record<string, string | string[]> {
  const grouped = new Map<string, string[]>()
  for (const {name, value} of headers) grouped.set(name.toLowerCase(), [...(grouped.get(name.toLowerCase()) ?? []), value])
  return Object.fromEntries([...grouped].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]))
}

/** Head and body together have at most `limitBytes`. */
async function receive(incoming: IncomingMessage, limitBytes: number): Promise<HttpResponse> {
  const headers = readHeaders(incoming.rawHeaders)
  const headerBytes = headers.reduce((sum, {name, value}) => sum + name.length + value.length, 0)
  if (headerBytes > limitBytes) {
    incoming.destroy()
    throw new OutcallRefused(1, `Header size exceeds specified response size limit ${limitBytes}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    // Leaving the loop ends the connection.
    if (headerBytes + bytes > limitBytes) throw new OutcallRefused(1, `Http body exceeds size limit of ${limitBytes - headerBytes} bytes.`)
    chunks.push(chunk)
  }
  return {status: incoming.statusCode!, headers, body: concatBytes(...chunks)}
}

/** Names in lower case, in the order they came; repeated ones stay apart. */
function readHeaders(raw: readonly string[]): HttpHeader[] {
  const headers: HttpHeader[] = []
  for (let i = 0; i < raw.length; i += 2) headers.push({name: raw[i]!.toLowerCase(), value: raw[i + 1]!})
  return headers
}

function describe(error: unknown): string {
  const {errors, code, message} = error as {readonly errors?: readonly Error[]; readonly code?: string; readonly message?: string}
  return errors?.[0]?.message || message || code || 'unknown error'
}
