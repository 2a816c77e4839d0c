/** A network path that fails as real ones do: between a client and a server, with a fault for every request to come. */

import {createServer, type IncomingMessage, request, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

/** What happens to one request. `cut`: it arrives and is answered, but the answer is lost. `refuse`: it never arrives. */
export type Fault = 'none' | 'cut' | 'refuse' | 429 | 503

export interface SeenRequest {
  readonly path: string
  readonly body: Buffer
  readonly fault: Fault
}

export class FaultyProxy {
  /** Of the calls to come, in order; then none. Other requests pass. */
  readonly faults: Fault[] = []
  readonly seen: SeenRequest[] = []
  latencyMs = 0
  readonly #server: Server

  constructor(private readonly target: string) {
    this.#server = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing))
  }

  /** Gives its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The bodies of calls, as often as they were sent. */
  get calls(): readonly SeenRequest[] {
    return this.seen.filter(({path}) => path.endsWith('/call'))
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming)
    const path = incoming.url ?? ''
    const fault = path.endsWith('/call') ? (this.faults.shift() ?? 'none') : 'none'
    this.seen.push({path, body, fault})
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs))
    if (typeof fault === 'number') {
      outgoing.writeHead(fault, {'content-type': 'text/plain', 'retry-after': '1'}).end('try again later')
      return
    }
    if (fault === 'refuse') {
      outgoing.destroy()
      return
    }
    const answer = await this.#forward(incoming, body)
    if (fault === 'cut') outgoing.destroy()
    else outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }

  #forward(
    {method, url, headers}: IncomingMessage,
    body: Buffer,
  ): Promise<{status: number; headers: Record<string, string>; body: Buffer}> {
    return new Promise((resolve, reject) => {
      const type = headers['content-type']
      const onward = request(
        `${this.target}${url}`,
        {method, headers: {...(type && {'content-type': type}), 'content-length': body.length}},
        (answer) => {
          readAll(answer).then((content) => {
            const contentType = answer.headers['content-type']
            resolve({status: answer.statusCode ?? 500, headers: contentType ? {'content-type': contentType} : {}, body: content})
          }, reject)
        },
      )
      onward.once('error', reject)
      onward.end(body)
    })
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
