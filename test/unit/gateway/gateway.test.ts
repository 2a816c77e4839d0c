import assert from 'node:assert/strict'
import {concatBytes, EMPTY_BYTES, encodeUtf8, toHex} from '../../../src/base/bytes.js'
import {planAnswer} from '../../../src/gateway/plan-answer.js'
import {createReplicaClient} from '../../../src/gateway/replica-client.js'
import {canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'
import {certifyV1, certifyV2, type TestResponse, testRootKey, withoutCertification} from './certified-response.js'
import {
  type CanisterAnswer,
  type CanisterCall,
  type ClientAnswer,
  type FakeCanister,
  fakeTransport,
  httpReply,
  type ReceivedRequest,
  readRequest,
  streamReply,
  TestGateway,
} from './fake-replica.js'

const ID = canisterIdFromNumber(7n)
const OTHER = canisterIdFromNumber(8n)
const NOW_NS = 1_800_000_000_000_000_000n
const SECOND_NS = 1_000_000_000n
const URL_OF = `http://${principalToText(ID)}.localhost`
const RAW_URL = `http://${principalToText(ID)}.raw.localhost`

const text = (answer: ClientAnswer): string => new TextDecoder().decode(answer.body)
const page = (
  body: string | Uint8Array,
  status = 200,
  headers: TestResponse['headers'] = [['content-type', 'text/html']],
): TestResponse => ({
  status,
  headers,
  body: typeof body === 'string' ? encodeUtf8(body) : body,
})
const certified = (response: TestResponse, path = ['hello', '<$>'], timeNs = NOW_NS, canisterId = ID): TestResponse =>
  certifyV2(response, {canisterId, timeNs, path, certifiedHeaders: ['content-type', 'content-range']})

describe('the gateway', () => {
  let rootKey: Uint8Array
  let gateway: TestGateway
  let nowNs = NOW_NS
  let calls: CanisterCall[] = []
  const errors: unknown[] = []
  let canister: FakeCanister = {answer: () => EMPTY_BYTES}

  before(async () => {
    rootKey = await testRootKey()
    const replica = fakeTransport(
      new Map([
        [
          ID,
          {
            answer: (call) => {
              calls.push(call)
              return canister.answer(call)
            },
            get metadata() {
              return canister.metadata ?? {}
            },
          },
        ],
      ]),
    )
    gateway = await TestGateway.start({replica, rootKey, nowNs: () => nowNs, reportError: (error) => errors.push(error)})
  })
  after(() => gateway.stop())
  beforeEach(() => {
    nowNs = NOW_NS
    calls = []
  })
  afterEach(() => assert.deepEqual(errors, []))

  const answerWith = (
    answer: (request: ReceivedRequest, call: CanisterCall) => CanisterAnswer,
    metadata?: Record<string, string>,
  ): void => {
    canister = {
      answer: (call) => answer(call.method.startsWith('http_request') ? readRequest(call.arg) : ({} as ReceivedRequest), call),
      ...(metadata && {metadata}),
    }
  }
  const serve = (response: TestResponse): void => answerWith(() => httpReply(response))

  describe('verification', () => {
    it('passes a certified response on, with its certified headers only', async () => {
      serve({...certified(page('hello')), headers: [...certified(page('hello')).headers, ['x-extra', '1']]})
      const answer = await gateway.send(`${URL_OF}/hello`)
      assert.deepEqual(
        [answer.status, text(answer), answer.headers['content-type'], answer.headers['content-length']],
        [200, 'hello', 'text/html', '5'],
      )
      assert.equal(answer.headers['x-extra'], undefined)
      assert.equal(answer.headers['x-ic-canister-id'], principalToText(ID))
      assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/)
      assert.equal(answer.headers['access-control-allow-origin'], '*')
    })

    const refused: readonly {readonly name: string; readonly response: () => TestResponse; readonly path?: string}[] = [
      {name: 'a changed body', response: () => ({...certified(page('hello')), body: encodeUtf8('hellO')})},
      {name: 'a changed status', response: () => ({...certified(page('hello')), status: 201})},
      {name: 'the proof of another path', response: () => certified(page('hello')), path: '/other'},
      {name: 'the proof of another canister', response: () => certified(page('hello'), undefined, undefined, OTHER)},
      {name: 'no proof', response: () => page('hello')},
      {name: 'a proof that is too old', response: () => certified(page('hello'), undefined, NOW_NS - 301n * SECOND_NS)},
      {name: 'a proof from the future', response: () => certified(page('hello'), undefined, NOW_NS + 301n * SECOND_NS)},
      {name: 'a header that names garbage', response: () => page('hello', 200, [['IC-Certificate', 'certificate=:AAAA:, tree=:AAAA:']])},
      {
        name: 'a version 1 redirect',
        response: () => certifyV1(page('', 302, [['location', '/x']]), '/hello', {canisterId: ID, timeNs: NOW_NS}),
      },
    ]
    for (const {name, response, path = '/hello'} of refused)
      it(`refuses ${name}`, async () => {
        serve(response())
        const answer = await gateway.send(URL_OF + path)
        assert.deepEqual([answer.status, JSON.parse(text(answer)).error_type], [503, 'backend_response_verification'])
        assert.equal(answer.headers['x-ic-error-cause'], 'backend_response_verification')
      })

    it('would be caught trusting its replica: with a verifier that always agrees, the changed body is shown', async () => {
      const response = {...certified(page('hello')), body: encodeUtf8('hellO')}
      const answer = await planAnswer({
        client: createReplicaClient(fakeTransport(new Map([[ID, {answer: () => httpReply(response)}]])), () => NOW_NS),
        verify: async () => ({ok: true, headers: response.headers}),
        canisterId: ID,
        request: {method: 'GET', url: '/hello', headers: [], body: EMPTY_BYTES},
        isRaw: false,
      })
      assert.equal(answer.kind, 'answer')
    })

    it('refuses a known response once its certificate is too old', async () => {
      serve(certified(page('hello')))
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 200)
      nowNs = NOW_NS + 299n * SECOND_NS
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 200)
      nowNs = NOW_NS + 301n * SECOND_NS
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 503)
    })

    it('shows raw hosts unverified', async () => {
      serve(page('anything'))
      assert.equal(text(await gateway.send(`${RAW_URL}/hello`)), 'anything')
    })

    it('passes on what the canister chose not to certify', async () => {
      serve(withoutCertification(page('free', 201, [['x-own', 'kept']]), {canisterId: ID, timeNs: NOW_NS, path: ['<*>']}))
      const answer = await gateway.send(`${URL_OF}/any/where`)
      assert.deepEqual([answer.status, text(answer), answer.headers['x-own']], [201, 'free', 'kept'])
    })

    const legacy = (): TestResponse =>
      certifyV1(
        page('old', 200, [
          ['content-type', 'text/plain'],
          ['cache-control', 'max-age=9'],
        ]),
        '/hello',
        {canisterId: ID, timeNs: NOW_NS},
      )
    it('accepts version 1 where the canister promises nothing better, without caching', async () => {
      answerWith(() => httpReply(legacy()))
      const answer = await gateway.send(`${URL_OF}/hello`)
      assert.deepEqual(
        [answer.status, text(answer), answer.headers['content-type'], answer.headers['cache-control']],
        [200, 'old', 'text/plain', undefined],
      )
    })
    it('refuses version 1 from a canister that supports version 2', async () => {
      answerWith(() => httpReply({...legacy(), headers: [['x-a', 'b'], ...legacy().headers]}), {supported_certificate_versions: '1,2'})
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 503)
    })
  })

  describe('requests', () => {
    it('reach the canister as they are', async () => {
      let seen: ReceivedRequest | undefined
      answerWith((request) => {
        seen = request
        return httpReply(page(''))
      })
      const headers = {'X-Custom': 'ä', 'accept-encoding': 'gzip', 'x-request-id': 'mine'}
      await gateway.send(`${RAW_URL}/a%20b?canisterId=x&y=%20`, {method: 'POST', headers, body: encodeUtf8('data')})
      assert.deepEqual([seen!.method, seen!.url, new TextDecoder().decode(seen!.body)], ['POST', '/a%20b?canisterId=x&y=%20', 'data'])
      const find = (name: string): string | undefined => seen!.headers.find(([each]) => each === name)?.[1]
      assert.deepEqual([find('x-custom'), find('accept-encoding'), find('x-request-id')], ['ä', 'gzip, identity', undefined])
    })

    it('are repeated as update calls when the canister asks for it, and not verified', async () => {
      answerWith((_, {isUpdate}) => httpReply(page(isUpdate ? 'updated' : '', 200), {upgrade: true}))
      assert.equal(text(await gateway.send(`${URL_OF}/hello`, {method: 'POST'})), 'updated')
      assert.deepEqual(
        calls.map(({method, isUpdate}) => [method, isUpdate]),
        [
          ['http_request', false],
          ['http_request_update', true],
        ],
      )
    })

    it('end where the body is too large', async () => {
      serve(page(''))
      const answer = await gateway.send(`${URL_OF}/`, {method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1)})
      assert.deepEqual([answer.status, calls.length], [413, 0])
    })

    it('of another origin are allowed beforehand', async () => {
      serve(page('', 404))
      const answer = await gateway.send(`${URL_OF}/hello`, {
        method: 'OPTIONS',
        headers: {origin: 'http://x', 'access-control-request-method': 'PUT'},
      })
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, '*'])
      assert.match(String(answer.headers['access-control-allow-methods']), /PUT/)
    })

    it('for the root of a base domain lead to the dashboard', async () => {
      const answer = await gateway.send('http://localhost/')
      assert.deepEqual([answer.status, answer.headers.location], [307, '/_/dashboard'])
    })
  })

  describe('bodies', () => {
    const parts = ['one ', 'two ', 'three'].map(encodeUtf8)
    const whole = concatBytes(...parts)
    const nextPart = (token: bigint): Uint8Array => streamReply(parts[Number(token)]!, token < 2n ? token + 1n : undefined)
    const streamed = (response: TestResponse, canisterId = ID): void =>
      answerWith((_, {method, arg}) =>
        method === 'next_part'
          ? nextPart(BigInt(arg.at(-1)!))
          : httpReply({...response, body: parts[0]!}, {stream: {canisterId, token: 1n}}),
      )

    it('in parts are verified as a whole', async () => {
      streamed(certified(page(whole)))
      const answer = await gateway.send(`${URL_OF}/hello`)
      assert.deepEqual([text(answer), answer.headers['content-length']], ['one two three', String(whole.length)])
    })
    it('in parts are refused when the whole is not proven', async () => {
      streamed(certified(page(encodeUtf8('one two'))))
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 503)
    })
    it('in parts of another canister are refused', async () => {
      streamed(certified(page(whole)), OTHER)
      assert.equal((await gateway.send(`${URL_OF}/hello`)).status, 503)
    })
    it('in parts without certification are passed on as they come', async () => {
      streamed(withoutCertification(page(''), {canisterId: ID, timeNs: NOW_NS, path: ['<*>']}))
      const answer = await gateway.send(`${URL_OF}/hello`)
      assert.deepEqual([text(answer), answer.headers['content-length']], ['one two three', undefined])
    })
    it('that break off cut the connection', async () => {
      answerWith((_, {method}) =>
        method === 'next_part' ? {code: 5, message: 'trap'} : httpReply(page(parts[0]!), {stream: {canisterId: ID, token: 1n}}),
      )
      await assert.rejects(gateway.send(`${RAW_URL}/hello`), {code: 'ECONNRESET'})
    })

    const ranges = (tamper = (response: TestResponse): TestResponse => response): void =>
      answerWith((request) => {
        const start = Number(/bytes=(\d+)-/.exec(request.headers.find(([name]) => name === 'range')?.[1] ?? 'bytes=0-')![1])
        const end = Math.min(start + 5, whole.length)
        const headers = [
          ['content-type', 'text/plain'],
          ['content-range', `bytes ${start}-${end - 1}/${whole.length}`],
        ] as const
        const response = certified(page(whole.slice(start, end), 206, headers))
        return httpReply(start > 0 ? tamper(response) : response)
      })
    it('in ranges are joined, each verified', async () => {
      ranges()
      const answer = await gateway.send(`${URL_OF}/hello`)
      assert.deepEqual(
        [answer.status, text(answer), answer.headers['content-range'], answer.headers['content-length']],
        [200, 'one two three', undefined, '13'],
      )
    })
    it('in ranges end at the first range that is not proven', async () => {
      ranges((response) => ({...response, body: response.body.map((byte) => byte ^ 1)}))
      await assert.rejects(gateway.send(`${URL_OF}/hello`), {code: 'ECONNRESET'})
    })
    it('in ranges stay so for a client that asks for one', async () => {
      ranges()
      const answer = await gateway.send(`${URL_OF}/hello`, {headers: {range: 'bytes=5-'}})
      assert.deepEqual([answer.status, text(answer), answer.headers['content-range']], [206, 'wo th', 'bytes 5-9/13'])
    })
    it('stay away for HEAD', async () => {
      serve(certified(page('hello')))
      const answer = await gateway.send(`${URL_OF}/hello`, {method: 'HEAD'})
      assert.deepEqual([answer.status, answer.body.length, answer.headers['content-length']], [200, 0, '5'])
    })
    it('of pages come with the root key of the network, unless the canister has told it', async () => {
      serve(certified(page('hello')))
      assert.deepEqual((await gateway.send(`${URL_OF}/hello`)).headers['set-cookie'], [
        `ic_env=ic_root_key%3D${toHex(rootKey)}; SameSite=Lax`,
      ])
      serve(
        page('x', 200, [
          ['content-type', 'text/html'],
          ['Set-Cookie', 'ic_env=own'],
        ]),
      )
      assert.deepEqual((await gateway.send(`${RAW_URL}/hello`)).headers['set-cookie'], ['ic_env=own'])
    })
  })

  describe('failures', () => {
    const rejects = [
      {answer: {code: 3, message: 'gone'}, status: 404, type: 'canister_not_found'},
      {answer: {code: 5, message: 'trapped: <b>&'}, status: 503, type: 'canister_error'},
      {answer: {code: 4, message: 'no'}, status: 503, type: 'canister_reject'},
      {answer: {code: 2, message: 'Canister x is frozen'}, status: 503, type: 'canister_frozen'},
      {answer: {code: 1, message: 'busy'}, status: 503, type: 'backend_error'},
      {answer: encodeUtf8('nonsense'), status: 503, type: 'canister_response_invalid'},
    ]
    for (const {answer, status, type} of rejects)
      it(`${type} has status ${status}`, async () => {
        answerWith(() => answer)
        const got = await gateway.send(`${URL_OF}/`)
        assert.deepEqual([got.status, JSON.parse(text(got)).error_type, got.headers['x-ic-error-cause']], [status, type, type])
      })

    it('are pages for browsers, in which text of a canister stays text', async () => {
      answerWith(() => ({code: 5, message: '<script>alert(1)</script>'}))
      const got = await gateway.send(`${URL_OF}/`, {headers: {accept: 'text/html,*/*'}})
      assert.match(String(got.headers['content-security-policy']), /default-src 'none'/)
      assert.match(text(got), /&#60;script&#62;alert/)
      assert.doesNotMatch(text(got), /<script/)
      assert.match(text(got), /What to do next/)
    })

    it('name a canister that does not exist', async () => {
      assert.equal((await gateway.send(`http://${principalToText(OTHER)}.localhost/`)).status, 404)
    })

    const badHeaders: readonly (readonly [string, string])[] = [
      ['x-a', 'b\r\nset-cookie: c=d'],
      ['x a', 'b'],
      ['x-a\r\n', 'b'],
      ['', 'b'],
      ['x-a', 'b\u0000'],
      ['x-a', '✓'],
    ]
    for (const header of badHeaders)
      it(`refuse the header ${JSON.stringify(header)}`, async () => {
        serve(page('x', 200, [header]))
        const got = await gateway.send(`${RAW_URL}/`)
        assert.deepEqual([got.status, got.headers['set-cookie']], [503, undefined])
      })
    for (const status of [0, 101, 199, 600, 65535])
      it(`refuse the status ${status}`, async () => {
        serve(page('x', status))
        assert.equal((await gateway.send(`${RAW_URL}/`)).status, 503)
      })
    it('keep what belongs to the connection to themselves', async () => {
      serve(
        page('x', 200, [
          ['Transfer-Encoding', 'chunked'],
          ['Connection', 'close'],
          ['content-length', '99'],
        ]),
      )
      const got = await gateway.send(`${RAW_URL}/`)
      assert.deepEqual([text(got), got.headers['content-length'], got.headers['transfer-encoding']], ['x', '1', undefined])
    })
  })
})
