/**
 * Which canister a request is for: its host decides, then the parameter `canisterId`, then the page that it came from.
 *
 * Source: HTTP gateway protocol specification, "Canister ID resolution"; behaviour of the public gateway.
 */

import {type CanisterId, findPrincipal} from '../protocol/principal.js'

export interface RequestAddress {
  /** The `Host` header, with or without a port. */
  readonly host: string | undefined
  /** Path and query. */
  readonly url: string
  readonly referer: string | undefined
}

export interface HostRules {
  /** Lower case, without port. Empty: every host is served, and always verified. */
  readonly domains: readonly string[]
  /** Friendly names: the whole host, lower case, to a canister. */
  readonly findCanisterByName?: (host: string) => CanisterId | undefined
}

export type Resolution =
  | {readonly kind: 'canister'; readonly canisterId: CanisterId; readonly isRaw: boolean}
  /** The root of a base domain: there is no canister to show. */
  | {readonly kind: 'landing'}
  | {
      readonly kind: 'unresolved'
      readonly errorType: 'client_no_authority' | 'client_unknown_domain' | 'canister_id_not_resolved' | 'canister_id_incorrect'
      readonly details: string
    }

export function resolveCanister({host, url, referer}: RequestAddress, rules: HostRules): Resolution {
  const name = hostName(host)
  if (name === undefined) return unresolved('client_no_authority', 'The request has no Host header.')
  const byHost = resolveHost(name, rules)
  if (byHost.kind !== 'base') return byHost
  const parameter = canisterParameter(url)
  if (parameter !== undefined) {
    const id = findPrincipal(parameter)
    return id === undefined
      ? unresolved('canister_id_incorrect', `The parameter canisterId is '${parameter.slice(0, 100)}', which is not a canister id.`)
      : certified(id)
  }
  const byReferer = referer === undefined ? undefined : resolveReferer(referer, rules)
  if (byReferer !== undefined) return certified(byReferer)
  if (url.split('?', 1)[0] === '/') return {kind: 'landing'}
  return unresolved('canister_id_not_resolved', `Neither the host '${name}' nor the address names a canister.`)
}

/** The host without its port, lower case; undefined when there is none. */
export function hostName(host: string | undefined): string | undefined {
  const name = host
    ?.trim()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  return name || undefined
}

function resolveHost(name: string, rules: HostRules): Resolution | {readonly kind: 'base'} {
  if (rules.domains.length === 0) {
    const id = canisterOfLabel(name.split('.', 1)[0]!)
    return id === undefined ? {kind: 'base'} : certified(id)
  }
  if (rules.domains.includes(name)) return {kind: 'base'}
  const domain = rules.domains.find((each) => name.endsWith(`.${each}`))
  const labels = domain === undefined ? [] : name.slice(0, -domain.length - 1).split('.')
  const id = labels.length > 0 ? canisterOfLabel(labels[0]!) : undefined
  if (id !== undefined && labels.length === 1) return certified(id)
  if (id !== undefined && labels.length === 2 && labels[1] === 'raw') return {kind: 'canister', canisterId: id, isRaw: true}
  const named = rules.findCanisterByName?.(name)
  if (named !== undefined) return certified(named)
  return labels.length === 1
    ? unresolved('canister_id_incorrect', `'${labels[0]!.slice(0, 100)}' is neither a canister id nor a known name.`)
    : unresolved('client_unknown_domain', `The host '${name.slice(0, 100)}' is not served here.`)
}

/** `id` or `anything--id`. */
function canisterOfLabel(label: string): CanisterId | undefined {
  const id = findPrincipal(label.split('--').at(-1)!)
  return id === '' ? undefined : id
}

function resolveReferer(referer: string, rules: HostRules): CanisterId | undefined {
  if (!URL.canParse(referer)) return undefined
  const {hostname, pathname, search} = new URL(referer)
  const byHost = resolveHost(hostname, rules)
  if (byHost.kind === 'canister') return byHost.canisterId
  const parameter = canisterParameter(pathname + search)
  return parameter === undefined ? undefined : findPrincipal(parameter)
}

function canisterParameter(url: string): string | undefined {
  const start = url.indexOf('?')
  return start < 0 ? undefined : (new URLSearchParams(url.slice(start)).get('canisterId') ?? undefined)
}

function certified(canisterId: CanisterId): Resolution {
  return {kind: 'canister', canisterId, isRaw: false}
}

function unresolved(errorType: Extract<Resolution, {kind: 'unresolved'}>['errorType'], details: string): Resolution {
  return {kind: 'unresolved', errorType, details}
}
