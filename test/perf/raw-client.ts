/** A load client: envelopes signed beforehand, posted over raw keep-alive connections, nothing verified, next to nothing parsed. */

import {connect, type Socket} from 'node:net'
import {concatBytes, encodeUtf8} from '../../src/base/bytes.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {envelopeOf, expiryIn, methodContent, type TestKey} from '../support/raw-http.js'

export type Kind = 'call' | 'query'

/** Whole HTTP requests to one canister, each with its own nonce: signed with one Ed25519 key, or anonymous. */
export function requestsTo(
  url: string,
  canisterId: CanisterId,
  {kind, method, count, key, arg}: {kind: Kind; method: string; count: number; key?: TestKey; arg?: Uint8Array},
): Buffer[] {
  const expiry = expiryIn(280)
  const path = `/api/${kind === 'call' ? 'v4' : 'v3'}/canister/${principalToText(canisterId)}/${kind}`
  return Array.from({length: count}, () => {
    const content = methodContent(kind, canisterId, method, {ingress_expiry: expiry, ...(key && {from: key.principal}), ...(arg && {arg})})
    return httpRequest(url, path, envelopeOf(content, key))
  })
}

export function httpRequest(url: string, path: string, body: Uint8Array): Buffer {
  const {host} = new URL(url)
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/cbor\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.from(concatBytes(encodeUtf8(head), body))
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** One connection, one request at a time. */
export class Connection {
  readonly #socket: Socket
  #received: Buffer[] = []
  #waiting: {resolve(status: number): void; reject(error: Error): void} | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (part) => {
      this.#received.push(part)
      this.#settle()
    })
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the connection was closed')))
  }

  static open(url: string): Promise<Connection> {
    const {hostname, port} = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Connection(socket.setNoDelay(true))))
      socket.once('error', reject)
    })
  }

  /** Sends a whole request; resolves with the status when its answer is complete. */
  exchange(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = {resolve, reject}
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #settle(): void {
    const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received)
    const headEnd = all.indexOf(HEAD_END)
    if (headEnd < 0) return
    const length = /content-length: (\d+)/i.exec(all.toString('latin1', 0, headEnd))
    if (!length) throw new Error('an answer without content-length')
    if (all.length < headEnd + 4 + Number(length[1])) return
    this.#received = []
    const {resolve} = this.#waiting!
    this.#waiting = undefined
    resolve(Number(all.toString('latin1', 9, 12)))
  }
}

/** Sends all requests over `count` connections; milliseconds of each. Throws unless every answer has status 200. */
export async function sendAll(
  url: string,
  requests: readonly Buffer[],
  count: number,
): Promise<{readonly seconds: number; readonly latenciesMs: number[]}> {
  const connections = await Promise.all(Array.from({length: count}, () => Connection.open(url)))
  const latenciesMs: number[] = []
  let next = 0
  const started = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const sent = performance.now()
        const status = await connection.exchange(request)
        if (status !== 200) throw new Error(`HTTP status ${status}`)
        latenciesMs.push(performance.now() - sent)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const connection of connections) connection.close()
  return {seconds, latenciesMs}
}
