/** The paths of the HTTP interface. Source: IC interface specification, "HTTPS interface"; digest http-interface section 1. */

import {findPrincipal, type Principal} from '../../protocol/principal.js'
import type {DelegationKind} from './port.js'

export type EndpointKind = 'call' | 'query' | 'readState'

export interface EndpointRoute {
  readonly kind: EndpointKind
  readonly version: 2 | 3 | 4
  readonly scope: 'canister' | 'subnet'
  readonly effectiveId: Principal
}

export type Route = {readonly kind: 'status'} | EndpointRoute

export type RouteError =
  | {readonly kind: 'notFound'}
  | {readonly kind: 'methodNotAllowed'; readonly allowed: 'GET' | 'POST'}
  | {readonly kind: 'badId'; readonly text: string}

const ENDPOINTS: Readonly<Record<string, {readonly kind: EndpointKind; readonly versions: readonly string[]}>> = {
  'canister/call': {kind: 'call', versions: ['v2', 'v3', 'v4']},
  'subnet/call': {kind: 'call', versions: ['v4']},
  'canister/query': {kind: 'query', versions: ['v2', 'v3']},
  'subnet/query': {kind: 'query', versions: ['v3']},
  'canister/read_state': {kind: 'readState', versions: ['v2', 'v3']},
  'subnet/read_state': {kind: 'readState', versions: ['v2', 'v3']},
}

/** The endpoint of a request, or why there is none. `path` is without the query string. */
export function parseRoute(method: string, path: string): Route | RouteError {
  if (path === '/api/v2/status')
    return method === 'GET' || method === 'HEAD' ? {kind: 'status'} : {kind: 'methodNotAllowed', allowed: 'GET'}
  const match = /^\/api\/(v[234])\/(canister|subnet)\/([^/]*)\/(call|query|read_state)$/.exec(path)
  if (!match) return {kind: 'notFound'}
  const [, version, scope, id, verb] = match as unknown as [string, string, 'canister' | 'subnet', string, string]
  const endpoint = ENDPOINTS[`${scope}/${verb}`]
  if (!endpoint?.versions.includes(version)) return {kind: 'notFound'}
  if (method !== 'POST') return {kind: 'methodNotAllowed', allowed: 'POST'}
  const effectiveId = findPrincipal(decodeURIComponentOrSelf(id))
  if (effectiveId === undefined) return {kind: 'badId', text: `Invalid URL: '${id.slice(0, 100)}' is not a principal`}
  return {kind: endpoint.kind, version: Number(version[1]) as 2 | 3 | 4, scope, effectiveId}
}

/** Which certificates an endpoint answers with. Digest http-interface section 1, last column. */
export function delegationOf(route: EndpointRoute): DelegationKind {
  return route.kind === 'call' ? (route.version === 4 ? 'tree' : 'flat') : route.version === 3 ? 'tree' : 'flat'
}

function decodeURIComponentOrSelf(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
