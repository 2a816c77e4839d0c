/** A node and its HTTP port: `/api/` is the replica's, the rest is for people. */

import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {createGateway} from '../gateway/gateway.js'
import {systemNowNs} from '../io/clock.js'
import {icicleVersion} from '../io/program.js'
import {createPages} from '../pages/pages.js'
import {ReplicaNode} from '../replica/node/replica-node.js'
import {ADMIN_PATH, type Admin, openAdmin} from './admin.js'
import {ServerPortInUse} from './errors.js'
import {createGatewayTransport} from './gateway-transport.js'
import {findNetworkFacts} from './network-facts.js'

/** Browsers and agents reuse connections for about as long. */
const KEEP_ALIVE_MS = 60_000

export interface LocalServerOptions {
  readonly stateFolder: string
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Image of the system canisters, when the network is to begin with them. */
  readonly systemCanisters?: string | undefined
  /** How much of the past is kept for replays. */
  readonly historyBytes?: number | undefined
  /** The network has ended by itself. */
  readonly onFailure: (error: unknown) => void
}

export class LocalServer {
  private constructor(
    readonly node: ReplicaNode,
    readonly host: string,
    readonly port: number,
    private readonly http: Server,
    private readonly admin: Admin,
  ) {}

  /** Listens once the newest state is certified. Throws IcicleErrors of the node, and ServerPortInUse. */
  static async start({host, port, ...options}: LocalServerOptions): Promise<LocalServer> {
    const node = await ReplicaNode.start({...options, version: icicleVersion(), nowNs: systemNowNs})
    try {
      const http = createServer()
      http.keepAliveTimeout = KEEP_ALIVE_MS
      await listen(http, host, port)
      const bound = (http.address() as AddressInfo).port
      const admin = openAdmin(node, options.stateFolder)
      http.on('request', createListener(node, admin, `http://${host.includes(':') ? `[${host}]` : host}:${bound}`))
      return new LocalServer(node, host, bound, http, admin)
    } catch (error) {
      await node.stop()
      throw error
    }
  }

  /** Answers what it has, saves the state, and closes. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()))
    this.admin.close()
    await this.node.stop()
    this.http.closeAllConnections()
    await closed
  }
}

/** `/api/` goes to the replica, `/_/icicle/` is its owner's, `/_/` are pages, everything else is the gateway's. */
function createListener(node: ReplicaNode, admin: Admin, url: string): (request: IncomingMessage, response: ServerResponse) => void {
  const pages = createPages({port: {getFacts: () => findNetworkFacts(node), listCanisters: () => node.listCanisters()}})
  const gateway = createGateway({replica: createGatewayTransport(node, url), rootKey: node.keys.rootKeyDer, nowNs: node.nowNs})
  const find = (path: string): Listener => {
    if (path.startsWith('/api/')) return node.listener
    if (path.startsWith(ADMIN_PATH)) return admin.listener
    return path.startsWith('/_/') ? pages : gateway
  }
  return (request, response) => {
    const answered = find(request.url ?? '/')(request, response)
    answered.catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500, {'content-type': 'text/plain'})
      response.end('Internal error: see the log of the network.')
    })
  }
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new ServerPortInUse(host, port) : error))
    server.listen(port, host, () => resolve())
  })
}
