/**
 * `http_request`: asks the nodes to fetch a page; the answer comes back through consensus.
 *
 * Effects: one pending call; the price is taken from the attached cycles at once, the rest goes back with the answer.
 * Rejects: IC0406 with the limit that is exceeded, or the price that is not covered.
 * Source: IC interface specification, "IC method http_request"; limits and texts: digest management-canister section 8.
 */

import {encodeUtf8} from '../../base/bytes.js'
import type {FuncReference} from '../../candid/types.js'
import {principalToText} from '../../protocol/principal.js'
import {httpOutcallFee} from '../cycles/fees.js'
import type {HttpOutcall, ReplicatedState} from '../state/replicated-state.js'
import {type ManagementCall, type ManagementStep, reject} from './management-call.js'

interface Header {
  readonly name: string
  readonly value: string
}

type Optional<T> = readonly [] | readonly [T]

export interface HttpRequestArgs {
  readonly url: string
  readonly max_response_bytes: Optional<bigint>
  readonly method: Readonly<Record<string, null>>
  readonly headers: readonly Header[]
  readonly body: Optional<Uint8Array>
  readonly transform: Optional<{readonly function: FuncReference; readonly context: Uint8Array}>
  readonly is_replicated: Optional<boolean>
}

const MAX_RESPONSE_BYTES = 2_000_000
const MAX_URL_BYTES = 8192
const MAX_HEADERS = 64
const MAX_HEADER_BYTES = 8192
const MAX_ALL_HEADERS_BYTES = 49_152
const MAX_REQUEST_BYTES = 2_000_000
const MAX_IN_FLIGHT = 3000
/** Methods that may change something at the other side: one node only. */
const NON_REPLICATED_METHODS = ['PUT', 'DELETE', 'PATCH']

export function httpRequest(call: ManagementCall<HttpRequestArgs>): ManagementStep {
  const {state, env, message, args} = call
  if (message.kind === 'ingress') return reject('IC0406', 'Only canisters can call ic00 method http_request')
  const outcall = toOutcall(call)
  const problem = findProblem(outcall, args) ?? (isFull(state) ? IN_FLIGHT_FULL : undefined)
  if (problem) return reject('IC0406', problem)
  const fee = httpOutcallFee(env.fees, billedBytes(args), outcall.maxResponseBytes)
  if (call.cycles < fee) return reject('IC0406', `http_request request sent with ${call.cycles} cycles, but ${fee} cycles are required.`)
  state.pendingSubnetCalls.push({
    kind: 'http_request',
    id: state.nextSubnetCallId++,
    call: message,
    sinceNs: env.timeNs,
    request: outcall,
    refund: call.cycles - fee,
  })
  const caller = state.canisters.get(message.sender)
  if (caller) caller.consumed.httpOutcalls += fee
  return {kind: 'deferred', acceptedCycles: fee}
}

const isFull = ({pendingSubnetCalls}: ReplicatedState): boolean =>
  pendingSubnetCalls.length >= MAX_IN_FLIGHT && pendingSubnetCalls.filter(({kind}) => kind === 'http_request').length >= MAX_IN_FLIGHT

const IN_FLIGHT_FULL = `max number (${MAX_IN_FLIGHT}) of http requests in-flight reached.`

function toOutcall({args, sender}: ManagementCall<HttpRequestArgs>): HttpOutcall {
  const [transform] = args.transform
  return {
    url: args.url,
    method: Object.keys(args.method)[0]!.toUpperCase() as HttpOutcall['method'],
    headers: args.headers,
    body: args.body[0] ?? new Uint8Array(0),
    maxResponseBytes: Number(args.max_response_bytes[0] ?? BigInt(MAX_RESPONSE_BYTES)),
    ...(transform && {transform: {method: transform.function.method, context: transform.context}}),
    isReplicated: args.is_replicated[0] ?? true,
    sender,
  }
}

function findProblem(outcall: HttpOutcall, args: HttpRequestArgs): string | undefined {
  const {url, headers, body, method, isReplicated} = outcall
  const max = args.max_response_bytes[0]
  if (max !== undefined && max > BigInt(MAX_RESPONSE_BYTES))
    return `max_response_bytes expected to be in the range [0..${MAX_RESPONSE_BYTES}], got ${max}`
  if (byteLength(url) > MAX_URL_BYTES) return `url size ${byteLength(url)} exceeds ${MAX_URL_BYTES}`
  if (headers.length > MAX_HEADERS) return `number of all http headers ${headers.length} exceeds ${MAX_HEADERS}`
  for (const {name, value} of headers)
    for (const [part, text] of [
      ['name', name],
      ['value', value],
    ] as const)
      if (byteLength(text) > MAX_HEADER_BYTES)
        return `number of bytes to represent some http header ${part} ${byteLength(text)} exceeds ${MAX_HEADER_BYTES}`
  const headerBytes = headersLength(headers)
  if (headerBytes > MAX_ALL_HEADERS_BYTES)
    return `total number of bytes to represent all http header names and values ${headerBytes} exceeds ${MAX_ALL_HEADERS_BYTES}`
  if (headerBytes + body.length > MAX_REQUEST_BYTES)
    return `total number of bytes to represent all http header names and values and http body ${headerBytes + body.length} exceeds ${MAX_REQUEST_BYTES}`
  const [transform] = args.transform
  if (transform && transform.function.principal !== outcall.sender)
    return `transform principal id expected to be ${principalToText(outcall.sender)}, got ${principalToText(transform.function.principal)}`
  if (isReplicated && NON_REPLICATED_METHODS.includes(method)) return `http method ${method} is only allowed with is_replicated = opt false`
  return undefined
}

/** The request's part of the price. */
function billedBytes({url, headers, body, transform: [transform]}: HttpRequestArgs): number {
  const transformBytes = transform ? byteLength(transform.function.method) + transform.context.length : 0
  return byteLength(url) + headersLength(headers) + (body[0]?.length ?? 0) + transformBytes
}

const headersLength = (headers: readonly Header[]): number =>
  headers.reduce((sum, {name, value}) => sum + byteLength(name) + byteLength(value), 0)

const byteLength = (text: string): number => encodeUtf8(text).length
