/** A replica for the gateway's tests: canisters are functions, answers are those of the HTTP interface. */

import {createServer, request as httpRequest, type IncomingHttpHeaders, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {concatBytes, EMPTY_BYTES, encodeUtf8} from '../../../src/base/bytes.js'
import {encodeLeb128} from '../../../src/base/leb128.js'
import {decodeUntyped} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {fieldHash} from '../../../src/candid/types.js'
import {createGateway, type GatewayOptions} from '../../../src/gateway/gateway.js'
import type {ReplicaTransport, TransportAnswer} from '../../../src/gateway/transport.js'
import {encodeCbor} from '../../../src/protocol/cbor-encode.js'
import {encodeCertificate} from '../../../src/protocol/certificate.js'
import {parseEnvelope} from '../../../src/protocol/envelope.js'
import {pairFromTheLeft} from '../../../src/protocol/hash-tree.js'
import {type CanisterId, principalToBytes} from '../../../src/protocol/principal.js'
import type {TestResponse} from './certified-response.js'

export interface CanisterCall {
  readonly method: string
  readonly arg: Uint8Array
  readonly isUpdate: boolean
}
/** Reply bytes, or a reject. */
export type CanisterAnswer = Uint8Array | {readonly code: number; readonly message: string}

export interface FakeCanister {
  readonly answer: (call: CanisterCall) => CanisterAnswer
  readonly metadata?: Readonly<Record<string, string>>
}

export function fakeTransport(canisters: ReadonlyMap<CanisterId, FakeCanister>): ReplicaTransport {
  return async (path, body) => {
    const verb = path.split('/').at(-1)
    if (verb === 'query') return answerQuery(canisters, body)
    return verb === 'call' ? answerCall(canisters, body) : answerReadState(canisters, body)
  }
}

const ok = (value: Parameters<typeof encodeCbor>[0]): TransportAnswer => ({status: 200, body: encodeCbor(value)})

function answerQuery(canisters: ReadonlyMap<CanisterId, FakeCanister>, body: Uint8Array): TransportAnswer {
  const parsed = parseEnvelope(body, 'query')
  if (!parsed.ok) return {status: 400, body: encodeUtf8(parsed.message)}
  const {canisterId, methodName, arg} = parsed.envelope.content
  const canister = canisters.get(canisterId)
  if (!canister) return ok({status: 'rejected', reject_code: 3, reject_message: 'Canister not found', error_code: 'IC0301'})
  const answer = canister.answer({method: methodName, arg, isUpdate: false})
  if (answer instanceof Uint8Array) return ok({status: 'replied', reply: {arg: answer}})
  return ok({status: 'rejected', reject_code: answer.code, reject_message: answer.message, error_code: 'IC0503'})
}

function answerCall(canisters: ReadonlyMap<CanisterId, FakeCanister>, body: Uint8Array): TransportAnswer {
  const parsed = parseEnvelope(body, 'call')
  if (!parsed.ok) return {status: 400, body: encodeUtf8(parsed.message)}
  const {content, requestIdBytes} = parsed.envelope
  const answer = canisters.get(content.canisterId)!.answer({method: content.methodName, arg: content.arg, isUpdate: true})
  const status =
    answer instanceof Uint8Array
      ? ([
          ['reply', answer],
          ['status', encodeUtf8('replied')],
        ] as const)
      : ([
          ['reject_code', encodeLeb128(answer.code)],
          ['reject_message', encodeUtf8(answer.message)],
          ['status', encodeUtf8('rejected')],
        ] as const)
  const labels = status.map(([label, value]) => [encodeUtf8(label), value] as const)
  const tree = pairFromTheLeft([[encodeUtf8('request_status'), [[requestIdBytes, labels]]]])
  return ok({status: 'replied', certificate: encodeCertificate({tree, signature: new Uint8Array(48)})})
}

function answerReadState(canisters: ReadonlyMap<CanisterId, FakeCanister>, body: Uint8Array): TransportAnswer {
  const parsed = parseEnvelope(body, 'read_state')
  if (!parsed.ok) return {status: 400, body: encodeUtf8(parsed.message)}
  const [[, id]] = parsed.envelope.content.paths as [[Uint8Array, Uint8Array]]
  const canister = [...canisters].find(([each]) => Buffer.from(principalToBytes(each)).equals(id))?.[1]
  const metadata = Object.entries(canister?.metadata ?? {}).map(([name, text]) => [encodeUtf8(name), encodeUtf8(text)] as const)
  const tree = pairFromTheLeft([[encodeUtf8('canister'), [[id, [[encodeUtf8('metadata'), metadata]]]]]])
  return ok({certificate: encodeCertificate({tree, signature: new Uint8Array(48)})})
}

const {types} = parseDid(`
type Part = record {body : blob; token : opt nat};
type Response = record {
  status_code : nat16; headers : vec record {text; text}; body : blob; upgrade : opt bool;
  streaming_strategy : opt variant {Callback : record {callback : func (nat) -> (Part) query; token : nat}};
};`)

/** The reply of `http_request`; `nextPart` names the canister and the token of a stream. */
export function httpReply(
  {status, headers, body}: TestResponse,
  {upgrade, stream}: {upgrade?: boolean; stream?: {canisterId: CanisterId; token: bigint}} = {},
): Uint8Array {
  const callback = stream && {callback: {principal: stream.canisterId, method: 'next_part'}, token: stream.token}
  const value = {
    status_code: status,
    headers: headers.map(([name, text]) => ({_0_: name, _1_: text})),
    body,
    upgrade: upgrade === undefined ? [] : [upgrade],
    streaming_strategy: callback ? [{Callback: callback}] : [],
  }
  return encodeArgs([{kind: 'var', name: 'Response'}], [value], types)
}

export function streamReply(body: Uint8Array, next: bigint | undefined): Uint8Array {
  return encodeArgs([{kind: 'var', name: 'Part'}], [{body, token: next === undefined ? [] : [next]}], types)
}

export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}

/** The argument of `http_request`. */
export function readRequest(arg: Uint8Array): ReceivedRequest {
  const record = decodeUntyped(arg).values[0] as Readonly<Record<string, never>>
  const get = (name: string): never => record[`_${fieldHash(name)}_`] as never
  const headers = (get('headers') as readonly {_0_: string; _1_: string}[]).map(({_0_, _1_}) => [_0_, _1_] as const)
  return {method: get('method'), url: get('url'), headers, body: get('body')}
}

export interface ClientAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/** A gateway behind a port, and a client that says which host it means. */
export class TestGateway {
  private constructor(private readonly server: Server) {}

  static async start(options: GatewayOptions): Promise<TestGateway> {
    const gateway = createGateway(options)
    const server = createServer((request, response) => void gateway(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new TestGateway(server)
  }

  stop(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(() => resolve()))
  }

  /** Rejects when the connection is cut. */
  send(url: string, options: {method?: string; headers?: Record<string, string>; body?: Uint8Array} = {}): Promise<ClientAnswer> {
    const {hostname: host, pathname, search} = new URL(url)
    const {method = 'GET', headers = {}, body = EMPTY_BYTES} = options
    return new Promise((resolve, reject) => {
      const {port} = this.server.address() as AddressInfo
      const lengths = body.length > 0 ? {'content-length': String(body.length)} : {}
      const outgoing = httpRequest(
        {port, host: '127.0.0.1', path: pathname + search, method, headers: {host, ...lengths, ...headers}},
        (incoming) => {
          const parts: Uint8Array[] = []
          incoming.on('data', (part) => parts.push(part))
          incoming.on('error', reject)
          incoming.on('end', () => resolve({status: incoming.statusCode!, headers: incoming.headers, body: concatBytes(...parts)}))
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }
}
