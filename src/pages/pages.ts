/**
 * The paths below `/_/`: what a local network shows of itself. Everything comes from this package; nothing is loaded from elsewhere.
 *
 * Only the network's own hosts are served: a page of another site whose name is made to point here gets nothing, and the pages of canisters,
 * each of which has a host below these, share no origin with the Candid UI and its keys.
 */

import {readFile} from 'node:fs/promises'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {join} from 'node:path'
import {packageRoot} from '../io/program.js'
import {renderCandidPage} from './candid-page.js'
import {renderDashboard} from './dashboard.js'
import type {FactsPort, NetworkFacts} from './network-facts.js'
import {describeTopology} from './topology.js'

export interface PagesOptions {
  readonly port: FactsPort
  /** Hosts that may be asked for. */
  readonly domains?: readonly string[]
  /** Where the built scripts lie. */
  readonly staticFolder?: string
}

export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

const LOCAL_DOMAINS = ['localhost', '127.0.0.1', '::1', '0.0.0.0']

const STATIC_FILES: Readonly<Record<string, string>> = {
  'pages.css': 'text/css; charset=utf-8',
  'dashboard.js': 'text/javascript; charset=utf-8',
  'candid-ui.js': 'text/javascript; charset=utf-8',
}

/** Scripts and styles come from here alone; markup that a canister's text might smuggle in would not run. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function createPages({port, domains = LOCAL_DOMAINS, staticFolder = defaultStaticFolder()}: PagesOptions): Pages {
  return async (request, response) => {
    const answer = isOwnHost(request.headers.host, domains)
      ? await answerRequest(request, port, staticFolder)
      : plain(403, 'This host is not served here: open http://localhost or http://127.0.0.1 with the port of the network.')
    const length = {'content-type': answer.type, 'content-length': Buffer.byteLength(answer.body)}
    response.writeHead(answer.status, {...HEADERS, ...answer.headers, ...length})
    response.end(request.method === 'HEAD' ? undefined : answer.body)
    if (!request.complete) request.resume()
  }
}

function defaultStaticFolder(): string {
  return join(packageRoot(), 'dist', 'pages')
}

/** One of the domains, with any port. */
export function isOwnHost(host: string | undefined, domains: readonly string[]): boolean {
  const name = (host ?? '')
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  return domains.includes(name)
}

async function answerRequest(request: IncomingMessage, port: FactsPort, staticFolder: string): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return {...plain(405, 'Only GET is answered here.'), headers: {allow: 'GET, HEAD'}}
  const path = (request.url ?? '/').split('?', 1)[0]!
  switch (path) {
    case '/_/':
      return {...plain(307, ''), headers: {location: '/_/dashboard'}}
    case '/_/dashboard':
      return {status: 200, type: 'text/html; charset=utf-8', body: renderDashboard(port.getFacts(), await port.listCanisters?.())}
    case '/_/candid':
      return {status: 200, type: 'text/html; charset=utf-8', body: renderCandidPage()}
    case '/_/topology':
      return {...json(describeTopology(port.getFacts())), headers: {'access-control-allow-origin': '*'}}
    case '/_/facts':
      return json(describeFacts(port.getFacts()))
    default:
      return (await findStatic(path, staticFolder)) ?? plain(404, 'There is no such page. Try /_/dashboard.')
  }
}

/** What the dashboard refreshes. */
function describeFacts({health, certifiedHeight}: NetworkFacts): object {
  return {health, certifiedHeight}
}

async function findStatic(path: string, folder: string): Promise<Answer | undefined> {
  const name = path.startsWith('/_/static/') ? path.slice('/_/static/'.length) : ''
  const type = Object.hasOwn(STATIC_FILES, name) ? STATIC_FILES[name] : undefined
  return type === undefined ? undefined : {status: 200, type, body: await readFile(join(folder, name))}
}

function plain(status: number, body: string): Answer {
  return {status, type: 'text/plain; charset=utf-8', body}
}

function json(value: object): Answer {
  return {status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n`}
}
