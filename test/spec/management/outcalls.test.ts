import assert from 'node:assert/strict'
import {createServer, type Server} from 'node:http'
import {type AddressInfo, createServer as createTcpServer} from 'node:net'
import {fromHex, toHex} from '../../../src/base/bytes.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../../src/candid/management.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID} from '../../../src/protocol/principal.js'
import {managementArgument, useUniversalNetwork} from '../../support/universal-network.js'
import {append, appendRead, ic0, invoke, makeCall, type Piece, push, reply, setHook, trap} from '../universal/program.js'

interface Fetched {
  readonly status: bigint
  readonly headers: readonly {readonly name: string; readonly value: string}[]
  readonly body: Uint8Array
}

const encodeResponse = (response: object): Uint8Array =>
  encodeArgs(findManagementMethod('http_request')!.results, [response], managementInterface().types)

const decodeResponse = (bytes: Uint8Array): Fetched =>
  decodeArgs(bytes, findManagementMethod('http_request')!.results, managementInterface().types)[0] as unknown as Fetched

/** Replies with what the call was answered with, or with `reject ` and the text. */
const passOn: {readonly onReply: Piece[]; readonly onReject: Piece[]} = {
  onReply: [appendRead('msg_arg_data'), ic0('msg_reply')],
  onReject: [append('reject '), appendRead('msg_reject_msg'), ic0('msg_reply')],
}

describe('HTTPS outcalls, end to end', () => {
  const net = useUniversalNetwork()
  let server: Server
  let base: string
  let canister: CanisterId
  const requests: {method: string | undefined; url: string | undefined; agent: string | undefined; body: string}[] = []

  before(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        requests.push({method: request.method, url: request.url, agent: request.headers['user-agent'], body})
        response.sendDate = false
        if (request.url === '/large') response.end('x'.repeat(5000))
        else if (request.url === '/moved') response.writeHead(302, {location: '/'}).end()
        else response.writeHead(203, {'X-Test': 'yes'}).end(`got ${request.method}`)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    canister = await net.install()
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const outcall = (fields: object = {}, cycles = 200_000_000_000n): Piece =>
    makeCall(MANAGEMENT_CANISTER_ID, {
      method: 'http_request',
      cycles,
      payload: managementArgument('http_request', {
        url: `${base}/`,
        max_response_bytes: [2000n],
        method: {get: null},
        headers: [],
        body: [],
        transform: [],
        is_replicated: [],
        ...fields,
      }),
      ...passOn,
    })
  const run = (fields: object = {}, cycles?: bigint): Promise<Uint8Array> => net.updateBytes(canister, outcall(fields, cycles))
  const transform = (): object => ({transform: [{function: {principal: canister, method: 'transform'}, context: fromHex('c0')}]})
  const setTransform = (...pieces: Piece[]): Promise<string> =>
    net.update(canister, setHook('canister_query transform', ...pieces), reply('set'))

  it('bring status, headers and body', async () => {
    const {status, headers, body} = decodeResponse(await run())
    assert.equal(status, 203n)
    assert.ok(headers.some(({name, value}) => name === 'x-test' && value === 'yes'))
    assert.equal(Buffer.from(body).toString(), 'got GET')
    assert.equal(requests.at(-1)!.agent, 'ic/1.0')
  })

  it('send what the canister has to say', async () => {
    const body = new Uint8Array(Buffer.from('hello'))
    await run({method: {post: null}, body: [body], headers: [{name: 'User-Agent', value: 'mine'}]})
    assert.deepEqual(requests.at(-1), {method: 'POST', url: '/', agent: 'mine', body: 'hello'})
  })

  it('take PUT from one node only', async () => {
    await run({method: {put: null}, is_replicated: [false]})
    assert.equal(requests.at(-1)!.method, 'PUT')
  })

  it('do not follow redirects', async () => assert.equal(decodeResponse(await run({url: `${base}/moved`})).status, 302n))

  it('run the transform function, as the management canister', async () => {
    const transformed = encodeResponse({status: 299n, headers: [], body: fromHex('aa')})
    await setTransform(reply(transformed))
    assert.equal(decodeResponse(await run(transform())).status, 299n)
    await setTransform(appendRead('msg_caller'), ic0('msg_reply'))
    assert.equal(toHex(await run(transform())), '')
  })

  it('hand the transform response and context', async () => {
    await setTransform(appendRead('msg_arg_data'), ic0('msg_reply'))
    const argument = toHex(await run(transform()))
    assert.ok(argument.includes(toHex(new Uint8Array(Buffer.from('got GET')))) && argument.includes('01c0'), argument)
  })

  const rejects: readonly {what: string; fields: () => object | Promise<object>; text: RegExp}[] = [
    {what: 'a body beyond the limit', fields: () => ({url: `${base}/large`}), text: /^reject Http body exceeds size limit of \d+ bytes\.$/},
    {
      what: 'a server that is not there',
      fields: async () => ({url: `http://127.0.0.1:${await freePort()}/`}),
      text: /^reject Connecting to .* failed: /,
    },
    {what: 'a URL that is none', fields: () => ({url: 'nonsense'}), text: /^reject Failed to parse URL 'nonsense'$/},
    {
      what: 'a transform that traps',
      fields: async () => {
        await setTransform(trap('no'))
        return transform()
      },
      text: /^reject .*no/s,
    },
    {
      what: 'a transform that says too much',
      fields: async () => {
        await setTransform(reply('x'.repeat(3000)))
        return transform()
      },
      text: /^reject Transformed http response exceeds limit: 3000 bytes are more than 2000$/,
    },
    {what: 'too few cycles', fields: () => ({}), text: /^reject http_request request sent with 5 cycles, but \d+ cycles are required\.$/},
  ]
  for (const {what, fields, text} of rejects)
    it(`reject ${what}`, async () => {
      const answer = await run(await fields(), what === 'too few cycles' ? 5n : undefined)
      assert.match(Buffer.from(answer).toString(), text)
    })

  it('return the cycles beyond the price, and no others', async () => {
    const price = 49_140_000n + 5_200n * BigInt(base.length + 1) + 10_400n * 2000n
    const cycles = price + 12_345n
    const answer = await net.updateBytes(
      canister,
      makeCall(MANAGEMENT_CANISTER_ID, {
        method: 'http_request',
        cycles,
        payload: managementArgument('http_request', {
          url: `${base}/`,
          max_response_bytes: [2000n],
          method: {get: null},
          headers: [],
          body: [],
          transform: [],
          is_replicated: [],
        }),
        onReply: [
          [...invoke('msg_cycles_refunded128', 65_536 - 16), ...push(65_536 - 16), ...push(16), ...ic0('msg_reply_data_append')],
          ic0('msg_reply'),
        ],
      }),
    )
    assert.equal(new DataView(answer.buffer, answer.byteOffset).getBigUint64(0, true), 12_345n)
  })

  it('planted bug: a transform whose answer is not used would be noticed', async () => {
    await setTransform(reply(encodeResponse({status: 299n, headers: [], body: fromHex('aa')})))
    assert.notEqual(decodeResponse(await run()).status, decodeResponse(await run(transform())).status)
  })
})

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
