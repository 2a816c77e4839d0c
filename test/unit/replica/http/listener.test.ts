import assert from 'node:assert/strict'
import {createServer, request, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {readBody} from '../../../../src/replica/http/body.js'
import {createReplicaListener} from '../../../../src/replica/http/listener.js'
import type {CallAnswer, ReadAnswer, ReplicaPort} from '../../../../src/replica/http/port.js'
import {closeConnections, type HttpAnswer, readMap, send} from '../../../support/raw-http.js'

const ID = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'
const CERTIFICATE = Uint8Array.of(1, 2, 3)

/** A node that answers what it is told to. */
class FakePort implements ReplicaPort {
  callAnswer: Promise<CallAnswer> = Promise.resolve({kind: 'certificate', certificate: CERTIFICATE})
  readAnswer: Promise<ReadAnswer> = Promise.resolve({kind: 'answered', body: Uint8Array.of(0xa0)})
  readonly asked: object[] = []

  getStatus() {
    return {rootKey: new Uint8Array(133), version: '1', health: 'healthy', certifiedHeight: 7} as const
  }
  call(asked: object): Promise<CallAnswer> {
    this.asked.push(asked)
    return this.callAnswer
  }
  query(): Promise<ReadAnswer> {
    return this.readAnswer
  }
  readState(): Promise<ReadAnswer> {
    return this.readAnswer
  }
}

describe('the HTTP listener', () => {
  let port: FakePort
  let server: Server
  let url: string
  beforeEach(async () => {
    port = new FakePort()
    const listener = createReplicaListener(port)
    server = createServer((asked, response) => void listener(asked, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    closeConnections()
    server.closeAllConnections()
    server.close()
  })
  const call = (version = 4): Promise<HttpAnswer> => send(`${url}/api/v${version}/canister/${ID}/call`, Uint8Array.of(1))

  const answers: readonly {what: string; answer: CallAnswer; version: number; status: number; body: object | string}[] = [
    {
      what: 'a certificate',
      answer: {kind: 'certificate', certificate: CERTIFICATE},
      version: 4,
      status: 200,
      body: {status: 'replied', certificate: CERTIFICATE},
    },
    {
      what: 'a rejection',
      answer: {kind: 'rejected', rejectCode: 4, message: 'no', errorCode: 'IC0406'},
      version: 3,
      status: 200,
      body: {status: 'non_replicated_rejection', reject_code: 4, reject_message: 'no', error_code: 'IC0406'},
    },
    {
      what: 'a rejection, version 2',
      answer: {kind: 'rejected', rejectCode: 4, message: 'no', errorCode: 'IC0406'},
      version: 2,
      status: 200,
      body: {reject_code: 4, reject_message: 'no', error_code: 'IC0406'},
    },
    {what: 'acceptance', answer: {kind: 'accepted', text: 'later'}, version: 4, status: 202, body: 'later'},
    {what: 'acceptance, version 2', answer: {kind: 'accepted', text: 'later'}, version: 2, status: 202, body: ''},
    {what: 'a refusal', answer: {kind: 'refused', status: 503, text: 'full'}, version: 4, status: 503, body: 'full'},
  ]
  for (const {what, answer, version, status, body} of answers)
    it(`writes ${what}`, async () => {
      port.callAnswer = Promise.resolve(answer)
      const got = await call(version)
      assert.equal(got.status, status)
      if (typeof body === 'string') assert.equal(got.text, body)
      else
        assert.deepEqual(
          Object.fromEntries([...readMap(got)].map(([name, value]) => [name, value instanceof Uint8Array ? new Uint8Array(value) : value])),
          body,
        )
    })

  it('says which version asked, and so which delegation belongs into the certificate', async () => {
    for (const version of [2, 3, 4]) await call(version)
    assert.deepEqual(
      port.asked.map((asked) => {
        const {isSynchronous, delegation} = asked as {isSynchronous: boolean; delegation: string}
        return [isSynchronous, delegation]
      }),
      [
        [false, 'flat'],
        [true, 'flat'],
        [true, 'tree'],
      ],
    )
  })

  it('answers 429 when too many calls are in flight, and takes calls again later', async () => {
    let release = (_answer: CallAnswer): void => {}
    port.callAnswer = new Promise((resolve) => {
      release = resolve
    })
    const statuses: number[] = []
    const all = Array.from({length: 1001}, () =>
      postOnOwnConnection(`${url}/api/v4/canister/${ID}/call`).then((status) => {
        statuses.push(status)
        if (status === 429) release({kind: 'certificate', certificate: CERTIFICATE})
      }),
    )
    await Promise.all(all)
    assert.equal(statuses.filter((status) => status === 429).length, 1)
    assert.equal(statuses.filter((status) => status === 200).length, 1000)
    assert.equal((await call()).status, 200)
  })

  it('answers 408 to a body that does not come', async () => {
    const slow = createServer((asked, response) => {
      readBody(asked, 50).then((body) => {
        const {status, text} = body as {status: number; text: string}
        response.writeHead(status).end(text)
      })
    })
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    const answer = await new Promise<{status: number; text: string}>((resolve) => {
      const asked = request({port: (slow.address() as AddressInfo).port, method: 'POST', headers: {'content-length': 10}}, (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve({status: response.statusCode!, text}))
      })
      asked.on('error', () => {})
      asked.write('half')
    })
    slow.closeAllConnections()
    slow.close()
    assert.deepEqual(answer, {status: 408, text: 'receiving request took longer than 0.05s'})
  })

  it('planted bug: a synchronous answer on the asynchronous endpoint would be noticed', async () => {
    port.callAnswer = Promise.resolve({kind: 'rejected', rejectCode: 4, message: 'no', errorCode: 'IC0406'})
    assert.notDeepEqual([...readMap(await call(2)).keys()], [...readMap(await call(3)).keys()])
  })
})

function postOnOwnConnection(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {method: 'POST', agent: false, headers: {'content-type': 'application/cbor', 'content-length': 1}},
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode!))
      },
    )
    asked.on('error', reject)
    asked.end('x')
  })
}
