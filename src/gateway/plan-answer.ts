/**
 * From what a canister said to what the client gets: verified, whole or in parts.
 *
 * A streamed body is proven only as a whole, so it is collected first; parts are passed on as they come where there is nothing to prove (raw
 * hosts, update calls, responses without certification) and where each part has its own proof (ranges).
 * Source: HTTP gateway protocol specification, "Response body streaming"; digest http-gateway section 4.
 */

import {concatBytes} from '../base/bytes.js'
import type {CanisterId} from '../protocol/principal.js'
import {type AskedResponse, askCanister, askForPart} from './ask-canister.js'
import {type Fault, fault, isFault} from './fault.js'
import {type ContentRange, findBadHeader, findContentRange, findHeader} from './headers.js'
import type {CanisterRequest, HeaderField, StreamPosition} from './http-interface.js'
import type {ReplicaClient} from './replica-client.js'
import {type Exchange, isUncertified, type Verification} from './verify-response.js'

export interface PlannedAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: readonly HeaderField[]
  /** The body, or its beginning when `rest` follows. */
  readonly body: Uint8Array
  readonly rest?: AsyncIterable<Uint8Array>
  /** Bytes of the whole body; undefined when the rest does not say. */
  readonly totalBytes: number | undefined
}

export interface PlanContext {
  readonly client: ReplicaClient
  readonly verify: (exchange: Exchange) => Promise<Verification>
  readonly canisterId: CanisterId
  readonly request: CanisterRequest
  /** Raw hosts show what the canister said, proven or not. */
  readonly isRaw: boolean
}

/** A body ended early: its beginning is out already, so the connection is cut. */
export class BodyBroken extends Error {}

/** Public gateway. */
const MAX_STREAM_CALLS = 1000
/** A body of unknown length is held in memory until its proof is checked. */
const MAX_COLLECTED_BYTES = 256 * 1024 * 1024

export async function planAnswer(context: PlanContext): Promise<PlannedAnswer | Fault> {
  const asked = await askCanister(context.client, context.canisterId, context.request)
  if (isFault(asked)) return asked
  const needsProof = !context.isRaw && !asked.isReplicated
  const response = asked.stream && needsProof && !isUncertified(asked) ? await collectStream(context, asked, asked.stream) : asked
  if (isFault(response)) return response
  const proven = needsProof ? await prove(context, context.request, response) : response.headers
  if (isFault(proven)) return proven
  const bad = findBadHeader(proven)
  if (bad)
    return fault('canister_response_invalid', `The canister's header '${bad[0].slice(0, 80)}' contains characters that are not allowed.`)
  const answer = {kind: 'answer', status: response.status, headers: proven, body: response.body} as const
  if (response.stream) return {...answer, totalBytes: undefined, rest: streamParts(context, response.stream)}
  const range = joinableRange(context.request, response)
  return range ? joinRanges(context, answer, range, needsProof) : {...answer, totalBytes: response.body.length}
}

async function prove(
  {verify, canisterId}: PlanContext,
  request: CanisterRequest,
  response: AskedResponse,
): Promise<readonly HeaderField[] | Fault> {
  const verification = await verify({canisterId, request, response})
  return verification.ok ? verification.headers : fault('backend_response_verification', verification.message)
}

async function collectStream(context: PlanContext, response: AskedResponse, start: StreamPosition): Promise<AskedResponse | Fault> {
  const parts = [response.body]
  let length = response.body.length
  let position: StreamPosition | undefined = start
  for (let calls = 0; position; calls++) {
    if (calls >= MAX_STREAM_CALLS) return fault('canister_response_invalid', `The body has more than ${MAX_STREAM_CALLS} parts.`)
    const part = await askForPart(context.client, context.canisterId, position)
    if (isFault(part)) return part
    length += part.body.length
    if (length > MAX_COLLECTED_BYTES)
      return fault(
        'backend_response_verification',
        `The body is larger than the ${MAX_COLLECTED_BYTES} bytes that can be verified at once.`,
      )
    parts.push(part.body)
    position = part.next
  }
  return {...response, body: concatBytes(...parts), stream: undefined}
}

async function* streamParts({client, canisterId}: PlanContext, start: StreamPosition): AsyncIterable<Uint8Array> {
  let position: StreamPosition | undefined = start
  for (let calls = 0; position; calls++) {
    if (calls >= MAX_STREAM_CALLS) throw new BodyBroken(`more than ${MAX_STREAM_CALLS} parts`)
    const part = await askForPart(client, canisterId, position)
    if (isFault(part)) throw new BodyBroken(part.details)
    yield part.body
    position = part.next
  }
}

/** The first range of a body that the client asked for whole. */
function joinableRange({headers}: CanisterRequest, response: AskedResponse): ContentRange | undefined {
  if (response.status !== 206 || findHeader(headers, 'range') !== undefined || findHeader(headers, 'if-range') !== undefined)
    return undefined
  const range = findContentRange(response.headers)
  return range?.first === 0 && range.last + 1 === response.body.length ? range : undefined
}

function joinRanges(
  context: PlanContext,
  answer: Omit<PlannedAnswer, 'totalBytes'>,
  range: ContentRange,
  needsProof: boolean,
): PlannedAnswer {
  const headers = answer.headers.filter(([name]) => name.toLowerCase() !== 'content-range')
  const rest = followRanges(context, range, needsProof)
  return {...answer, status: 200, headers, totalBytes: range.total, rest}
}

async function* followRanges(context: PlanContext, {last, total}: ContentRange, needsProof: boolean): AsyncIterable<Uint8Array> {
  for (let next = last + 1; next < total; ) {
    const request = {...context.request, headers: [...context.request.headers, ['range', `bytes=${next}-`] as const]}
    const part = await askCanister(context.client, context.canisterId, request)
    if (isFault(part)) throw new BodyBroken(part.details)
    const proven = needsProof && !part.isReplicated ? await prove(context, request, part) : part.headers
    if (isFault(proven)) throw new BodyBroken(proven.details)
    const range = findContentRange(part.headers)
    if (part.status !== 206 || range?.first !== next || range.total !== total || range.last + 1 - next !== part.body.length)
      throw new BodyBroken(
        `the canister answered range ${next} with ${findHeader(part.headers, 'content-range') ?? `status ${part.status}`}`,
      )
    yield part.body
    next = range.last + 1
  }
}
