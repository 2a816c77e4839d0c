/** How requests reach the replica. */

import {Agent, request} from 'node:http'

export interface TransportAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/** Posts CBOR to a path of the HTTP interface. Rejects when the replica cannot be reached. */
export type ReplicaTransport = (path: string, body: Uint8Array) => Promise<TransportAnswer>

/** A replica at an `http:` address, over connections that stay open. */
export function createHttpTransport(replicaUrl: string): ReplicaTransport {
  const agent = new Agent({keepAlive: true, maxSockets: 256, maxFreeSockets: 64})
  const {hostname: host, port} = new URL(replicaUrl)
  const hostname = host.replace(/^\[(.*)\]$/, '$1')
  return (path, body) =>
    new Promise((resolve, reject) => {
      const headers = {'content-type': 'application/cbor', 'content-length': body.length}
      const outgoing = request({agent, hostname, port, path, method: 'POST', headers}, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('end', () => resolve({status: incoming.statusCode ?? 0, body: parts.length === 1 ? parts[0]! : Buffer.concat(parts)}))
        incoming.on('error', reject)
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
}
