import assert from 'node:assert/strict'
import {createServer, type Server} from 'node:http'
import {type AddressInfo, createServer as createTcpServer} from 'node:net'
import {decodeUtf8, encodeUtf8} from '../../../../src/base/bytes.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {HttpOutcalls} from '../../../../src/replica/adapters/http-outcalls.js'
import {type OutcallResult, performOutcall} from '../../../../src/replica/adapters/perform-outcall.js'
import type {HttpOutcall} from '../../../../src/replica/state/replicated-state.js'

const OPTIONS = {allowHttp: true}

/** Answers by path; `/echo` says what it got. */
function startServer(): Promise<Server> {
  const server = createServer((request, response) => {
    const {url = '/', method, rawHeaders} = request
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      response.sendDate = false
      if (url === '/echo') response.end(JSON.stringify({method, rawHeaders, body}))
      else if (url === '/redirect') response.writeHead(302, {location: '/echo'}).end()
      else if (url === '/gzip') response.writeHead(200, {'content-encoding': 'gzip'}).end('not really')
      else if (url === '/twice')
        response
          .writeHead(
            418,
            [
              ['X-A', '1'],
              ['x-a', '2'],
            ].flat(),
          )
          .end()
      else if (url.startsWith('/bytes/')) response.end(Buffer.alloc(Number(url.slice(7)), 1))
      else if (url === '/headers') response.writeHead(200, {'x-long': 'x'.repeat(500)}).end()
      else if (url === '/cut') response.writeHead(200, {'content-length': 100}).write('half', () => response.destroy())
      // '/never' gets no answer.
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describe('performOutcall', () => {
  let server: Server
  let base: string
  before(async () => {
    server = await startServer()
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const anOutcall = (path: string, overrides: Partial<HttpOutcall> = {}): HttpOutcall => ({
    url: path.includes(':') ? path : base + path,
    method: 'GET',
    headers: [],
    body: new Uint8Array(0),
    maxResponseBytes: 2_000_000,
    isReplicated: true,
    sender: '0101' as CanisterId,
    ...overrides,
  })
  const bodyOf = (result: OutcallResult): string => (result.kind === 'response' ? decodeUtf8(result.response.body)! : result.message)

  it('sends method, headers and body as the canister has them, and a user agent when there is none', async () => {
    const headers = [
      {name: 'X-One', value: 'a'},
      {name: 'x-one', value: 'b'},
      {name: 'Content-Length', value: '999'},
    ]
    const {method, rawHeaders, body} = JSON.parse(
      bodyOf(await performOutcall(anOutcall('/echo', {method: 'POST', headers, body: encodeUtf8('hello')}), OPTIONS)),
    )
    assert.deepEqual([method, body], ['POST', 'hello'])
    const found = Object.fromEntries(
      Array.from({length: rawHeaders.length / 2}, (_, index) => [rawHeaders[2 * index], rawHeaders[2 * index + 1]]),
    )
    assert.deepEqual(
      [found['user-agent'], found['content-length'], rawHeaders.filter((text: string) => text === 'a' || text === 'b')],
      ['ic/1.0', '5', ['a', 'b']],
    )
    const own = bodyOf(await performOutcall(anOutcall('/echo', {headers: [{name: 'User-Agent', value: 'mine'}]}), OPTIONS))
    assert.ok(own.includes('"mine"') && !own.includes('ic/1.0'))
  })

  it('gives headers in lower case, repeated ones apart', async () => {
    const result = await performOutcall(anOutcall('/twice'), OPTIONS)
    assert.ok(result.kind === 'response')
    assert.equal(result.response.status, 418)
    assert.deepEqual(
      result.response.headers.filter(({name}) => name === 'x-a'),
      [
        {name: 'x-a', value: '1'},
        {name: 'x-a', value: '2'},
      ],
    )
  })

  it('does not decompress', async () => assert.equal(bodyOf(await performOutcall(anOutcall('/gzip'), OPTIONS)), 'not really'))

  const assertNoRedirect = async (perform: typeof performOutcall): Promise<void> => {
    const redirect = await perform(anOutcall('/redirect'), OPTIONS)
    assert.equal(redirect.kind === 'response' && redirect.response.status, 302)
  }
  it('does not follow redirects', () => assertNoRedirect(performOutcall))
  it('catches the planted bug: an outcall that follows them', () =>
    assert.rejects(
      assertNoRedirect(async ({url}) => {
        const {status} = await fetch(url)
        return {kind: 'response', response: {status, headers: [], body: new Uint8Array(0)}}
      }),
      {code: 'ERR_ASSERTION'},
    ))

  it('takes an answer at its limit and refuses one beyond', async () => {
    const whole = await performOutcall(anOutcall('/bytes/1000'), OPTIONS)
    assert.ok(whole.kind === 'response')
    const size = 1000 + whole.response.headers.reduce((sum, {name, value}) => sum + name.length + value.length, 0)
    assert.equal((await performOutcall(anOutcall('/bytes/1000', {maxResponseBytes: size}), OPTIONS)).kind, 'response')
    assert.deepEqual(await performOutcall(anOutcall('/bytes/1000', {maxResponseBytes: size - 1}), OPTIONS), {
      kind: 'reject',
      code: 1,
      message: 'Http body exceeds size limit of 999 bytes.',
    })
    assert.deepEqual(await performOutcall(anOutcall('/headers', {maxResponseBytes: 200}), OPTIONS), {
      kind: 'reject',
      code: 1,
      message: 'Header size exceeds specified response size limit 200',
    })
  })

  for (const {what, url, overrides, code, message, options} of [
    {what: 'text that is no URL', url: 'no:// url', code: 1, message: /Failed to parse URL/},
    {what: 'another scheme', url: 'ftp://example.org/', code: 1, message: /does not have the scheme https/},
    {
      what: 'http where only https is allowed',
      url: 'http://example.org/',
      code: 1,
      message: /does not have the scheme https/,
      options: {allowHttp: false},
    },
    {
      what: 'a header with a line break',
      url: '/echo',
      overrides: {headers: [{name: 'x', value: 'a\nb'}]},
      code: 1,
      message: /headers of the request are not valid/,
    },
    {
      what: 'a port where nobody listens',
      url: 'http://127.0.0.1:1/',
      code: 2,
      message: /Connecting to http:\/\/127.0.0.1:1\/ failed: .*ECONNREFUSED/,
    },
    {what: 'an answer cut short', url: '/cut', code: 2, message: /failed: aborted/},
    {
      what: 'a server that never answers',
      url: '/never',
      code: 2,
      message: /took longer than 40 ms/,
      options: {allowHttp: true, timeoutMs: 40},
    },
  ] as {
    what: string
    url: string
    overrides?: Partial<HttpOutcall>
    code: number
    message: RegExp
    options?: {allowHttp: boolean; timeoutMs?: number}
  }[])
    it(`rejects ${what}`, async () => {
      const result = await performOutcall(anOutcall(url, overrides), options ?? OPTIONS)
      assert.ok(result.kind === 'reject', JSON.stringify(result))
      assert.equal(result.code, code)
      assert.match(result.message, message)
    })

  it('rejects a server that is no HTTP server', async () => {
    const tcp = createTcpServer((socket) => void socket.end('what?\r\n\r\n'))
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    const result = await performOutcall(anOutcall(`http://127.0.0.1:${(tcp.address() as AddressInfo).port}/`), OPTIONS)
    tcp.close()
    assert.equal(result.kind === 'reject' && result.code, 2)
  })

  describe('HttpOutcalls', () => {
    it('performs each pending call once, and no more than allowed at a time', async () => {
      const done: number[] = []
      const all = await new Promise<HttpOutcalls>((resolve) => {
        const outcalls: HttpOutcalls = new HttpOutcalls({
          ...OPTIONS,
          maxConcurrent: 2,
          onResult: ({id}) => {
            if (done.push(id) === 5) resolve(outcalls)
          },
        })
        const pending = [1, 2, 3, 4, 5].map((id) => ({id, request: anOutcall('/bytes/10')}))
        outcalls.update(pending.slice(0, 3))
        outcalls.update(pending)
      })
      all.close()
      assert.deepEqual([...done].sort(), [1, 2, 3, 4, 5])
    })

    it('answers a call that waited too long, begun or not', async () => {
      const messages = await new Promise<unknown[]>((resolve) => {
        const found: unknown[] = []
        const outcalls = new HttpOutcalls({
          ...OPTIONS,
          maxConcurrent: 1,
          answerTimeoutMs: 30,
          onResult: ({id}, result) => {
            if (found.push([id, result.kind === 'reject' && result.message]) === 2) resolve(found)
          },
        })
        outcalls.update([1, 2].map((id) => ({id, request: anOutcall('/never')})))
      })
      assert.deepEqual(messages, [
        [1, 'Canister http request timed out'],
        [2, 'Canister http request timed out'],
      ])
    })

    it('cancels a call that is not wanted any more', async () => {
      const results: number[] = []
      await new Promise<void>((resolve) => {
        const outcalls = new HttpOutcalls({
          ...OPTIONS,
          onResult: ({id}) => {
            results.push(id)
            resolve()
          },
        })
        outcalls.update([{id: 1, request: anOutcall('/never')}])
        outcalls.update([{id: 2, request: anOutcall('/bytes/1')}])
      })
      assert.deepEqual(results, [2])
    })
  })
})
