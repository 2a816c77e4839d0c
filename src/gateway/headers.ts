/** Headers on their way through the gateway: what canisters see of a request, what clients see of an answer. */

import type {CanisterId} from '../protocol/principal.js'
import {principalToText} from '../protocol/principal.js'
import type {HeaderField} from './http-interface.js'

/** They describe one connection, or what the gateway itself decides. RFC 9110, section 7.6.1. */
const NEVER_FORWARDED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-ic-canister-id',
  'x-request-id',
])

const CORS_METHODS = 'HEAD, GET, POST, PUT, DELETE, PATCH, OPTIONS'
const CORS_REQUEST_HEADERS =
  'user-agent, dnt, if-none-match, if-modified-since, cache-control, content-type, range, cookie, x-requested-with, x-ic-canister-id'
const CORS_EXPOSED_HEADERS = 'accept-ranges, content-length, content-range, x-request-id, x-ic-canister-id'
const CORS_MAX_AGE_SECONDS = 7200

/** The answer to a preflight that the canister does not answer itself. */
export const PREFLIGHT_HEADERS: readonly HeaderField[] = [
  ['access-control-allow-origin', '*'],
  ['access-control-allow-methods', CORS_METHODS],
  ['access-control-allow-headers', CORS_REQUEST_HEADERS],
  ['access-control-max-age', String(CORS_MAX_AGE_SECONDS)],
]

/**
 * What the canister gets, from Node's flat list: names in lower case, repetitions kept. An `accept-encoding` without `identity` gets it, so
 * that a canister which stores no compressed form may answer.
 */
export function requestHeaders(rawHeaders: readonly string[]): HeaderField[] {
  const headers: HeaderField[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!]
    if (name === 'x-request-id') continue
    const needsIdentity = name === 'accept-encoding' && !/\bidentity\b/i.test(value)
    headers.push([name, needsIdentity ? `${value}, identity` : value])
  }
  return headers
}

export interface ClientHeaders {
  readonly canisterId: CanisterId
  readonly requestId: string
}

/** What the client gets: the canister's headers, those of the gateway, and free access from scripts of other origins unless the canister says otherwise. */
export function responseHeaders(headers: readonly HeaderField[], {canisterId, requestId}: ClientHeaders): HeaderField[] {
  const kept = headers.filter(([name]) => !NEVER_FORWARDED.has(name.toLowerCase()))
  const cors: HeaderField[] = findHeader(kept, 'access-control-allow-origin')
    ? []
    : [
        ['access-control-allow-origin', '*'],
        ['access-control-expose-headers', CORS_EXPOSED_HEADERS],
      ]
  return [...kept, ...cors, ['x-ic-canister-id', principalToText(canisterId)], ['x-request-id', requestId]]
}

export function findHeader(headers: readonly HeaderField[], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1]
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Visible characters, spaces, tabs and Latin-1, as Node writes them; no line ends, so that no header can smuggle in another. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The first header that cannot be sent, or undefined. */
export function findBadHeader(headers: readonly HeaderField[]): HeaderField | undefined {
  return headers.find(([name, value]) => !TOKEN.test(name) || !VALUE.test(value))
}

/** `Content-Range: bytes first-last/total`. RFC 9110, section 14.4. */
export interface ContentRange {
  readonly first: number
  readonly last: number
  readonly total: number
}

export function findContentRange(headers: readonly HeaderField[]): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(findHeader(headers, 'content-range') ?? '')
  if (!match) return undefined
  const [first, last, total] = match.slice(1).map(Number) as [number, number, number]
  return first <= last && last < total ? {first, last, total} : undefined
}

/** The cookie by which a page learns the root key of a local network; value and format of the asset canister. */
export function environmentCookie(rootKeyHex: string): string {
  return `ic_env=${encodeURIComponent(`ic_root_key=${rootKeyHex}`)}; SameSite=Lax`
}
