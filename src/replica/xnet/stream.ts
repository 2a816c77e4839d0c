/**
 * The messages from one subnet to another (or to itself), exactly once and in order: an index for each message, and for each direction how
 * far the other side has taken them.
 *
 *     messages [begin, end) wait for the other side · signalsEnd = next index expected from it · rejectSignals = what was not accepted
 *
 * Source: digest consensus section 10.
 */

import {invariant} from '../../base/invariant.js'
import {principalToText} from '../../protocol/principal.js'
import {type RejectCode, type Request, type Response, storedBytes} from '../state/messages.js'

export type StreamMessage = Request | Response

/** Why a request was not accepted. Responses are always accepted, unless their canister has moved. */
export type RejectReason = 'migrated' | 'not_found' | 'stopped' | 'stopping' | 'queue_full' | 'out_of_memory'

export interface RejectSignal {
  readonly index: number
  readonly reason: RejectReason
}

export interface Stream {
  readonly begin: number
  readonly messages: readonly StreamMessage[]
  readonly signalsEnd: number
  /** Ascending, below `signalsEnd`. */
  readonly rejectSignals: readonly RejectSignal[]
}

export interface StreamHeader {
  readonly begin: number
  readonly end: number
  readonly signalsEnd: number
  readonly rejectSignals: readonly RejectSignal[]
}

/** What the other side includes in a block: the header, and messages from `firstIndex` on. Certified by the sender's subnet. */
export interface StreamSlice {
  readonly header: StreamHeader
  readonly firstIndex: number
  readonly messages: readonly StreamMessage[]
}

export interface StreamLimits {
  readonly messages: number
  readonly bytes: number
}

export const EMPTY_STREAM: Stream = {begin: 0, messages: [], signalsEnd: 0, rejectSignals: []}
export const STREAM_LIMITS: StreamLimits = {messages: 10_000, bytes: 10 * 1024 * 1024}
/** Of streams to system subnets. */
export const SYSTEM_STREAM_LIMITS: StreamLimits = {messages: 200, bytes: 10 * 1024 * 1024}

export function streamEnd({begin, messages}: Pick<Stream, 'begin' | 'messages'>): number {
  return begin + messages.length
}

/** Appends messages in order as far as the limits allow; the rest stays in the output queues. */
export function routeMessages(stream: Stream, messages: readonly StreamMessage[], limits: StreamLimits): {stream: Stream; routed: number} {
  let bytes = stream.messages.reduce((sum, message) => sum + storedBytes(message), 0)
  let routed = 0
  for (const message of messages) {
    bytes += storedBytes(message)
    if (stream.messages.length + routed >= limits.messages || bytes > limits.bytes) break
    routed++
  }
  return {stream: {...stream, messages: [...stream.messages, ...messages.slice(0, routed)]}, routed}
}

/** What the other side gets from `firstIndex` on: the header always, messages as far as the limits allow. */
export function sliceOf(stream: Stream, firstIndex: number, limits: StreamLimits): StreamSlice {
  const {begin, signalsEnd, rejectSignals} = stream
  const messages: StreamMessage[] = []
  let bytes = 0
  for (const message of stream.messages.slice(Math.max(0, firstIndex - begin), Math.max(0, firstIndex - begin) + limits.messages)) {
    bytes += storedBytes(message)
    if (bytes > limits.bytes && messages.length > 0) break
    messages.push(message)
  }
  return {header: {begin, end: streamEnd(stream), signalsEnd, rejectSignals}, firstIndex, messages}
}

/** Why a block must not carry the slice, or undefined. `expectedIndex` counts what ancestors of the block already carry. */
export function findSliceFault({header, firstIndex, messages}: StreamSlice, own: Stream, expectedIndex: number): string | undefined {
  const {begin, end, signalsEnd, rejectSignals} = header
  if (begin > expectedIndex || end < expectedIndex) return `the stream has messages ${begin} to ${end}, and ${expectedIndex} is expected`
  if (messages.length > 0 && firstIndex !== expectedIndex) return `the slice begins at ${firstIndex}, and ${expectedIndex} is expected`
  if (firstIndex + messages.length > end) return 'the slice reaches beyond its stream'
  if (signalsEnd < own.begin || signalsEnd > streamEnd(own)) return `signals end at ${signalsEnd}, outside the messages sent`
  const isAscending = rejectSignals.every(({index}, i) => index < signalsEnd && (i === 0 || rejectSignals[i - 1]!.index < index))
  return isAscending ? undefined : 'reject signals out of order'
}

export interface Inducted {
  readonly stream: Stream
  /** Answers to requests of this side that the other did not accept: for the senders' queues. */
  readonly rejects: readonly Response[]
  /** Responses of this side whose canister has moved: to be routed again. */
  readonly rerouted: readonly Response[]
}

/**
 * Takes a slice in: first what it says of this side's messages, then its own. `accept` puts a message into its canister's queue, or says
 * why it cannot be.
 */
export function inductSlice(stream: Stream, slice: StreamSlice, accept: (message: StreamMessage) => RejectReason | undefined): Inducted {
  const {stream: collected, ...returned} = collectGarbage(stream, slice.header)
  const rejectSignals = [...collected.rejectSignals]
  let {signalsEnd} = collected
  for (const message of slice.messages) {
    const reason = accept(message)
    invariant(reason === undefined || message.kind === 'request' || reason === 'migrated', `a response was refused: ${reason}`)
    if (reason !== undefined) rejectSignals.push({index: signalsEnd, reason})
    signalsEnd++
  }
  return {stream: {...collected, signalsEnd, rejectSignals}, ...returned}
}

/** Drops messages that the other side has taken or refused, and signals that it has seen. */
function collectGarbage(stream: Stream, header: StreamHeader): Inducted {
  const done = stream.messages.slice(0, header.signalsEnd - stream.begin)
  const rejects: Response[] = []
  const rerouted: Response[] = []
  for (const {index, reason} of header.rejectSignals) {
    const message = done[index - stream.begin]
    if (index < stream.begin || !message) continue
    if (message.kind === 'request') rejects.push(rejectOf(message, reason))
    else rerouted.push(message)
  }
  const kept = stream.messages.slice(done.length)
  const rejectSignals = stream.rejectSignals.filter(({index}) => index >= header.begin)
  return {stream: {...stream, begin: stream.begin + done.length, messages: kept, rejectSignals}, rejects, rerouted}
}

const REJECTS: Readonly<Record<RejectReason, readonly [code: RejectCode, what: string]>> = {
  migrated: [2, 'is being moved to another subnet'],
  not_found: [3, 'not found'],
  stopped: [5, 'is stopped'],
  stopping: [5, 'is stopping'],
  queue_full: [2, 'has a full input queue'],
  out_of_memory: [5, 'is on a subnet without memory left for messages'],
}

/** Everything attached comes back. */
function rejectOf({sender, receiver, callbackId, cycles, deadlineSeconds}: Request, reason: RejectReason): Response {
  const [code, what] = REJECTS[reason]
  return {
    kind: 'response',
    originator: sender,
    respondent: receiver,
    callbackId,
    refund: cycles,
    payload: {kind: 'reject', code, message: `Canister ${principalToText(receiver)} ${what}`},
    deadlineSeconds,
  }
}
