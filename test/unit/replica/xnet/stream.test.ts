import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import type {Request, Response} from '../../../../src/replica/state/messages.js'
import {
  EMPTY_STREAM,
  findSliceFault,
  type Inducted,
  inductSlice,
  type RejectReason,
  routeMessages,
  STREAM_LIMITS,
  type Stream,
  type StreamMessage,
  type StreamSlice,
  sliceOf,
} from '../../../../src/replica/xnet/stream.js'

const [A, B] = ['0101', '0202'] as [CanisterId, CanisterId]

const aRequest = (callbackId: number, cycles = 7n): Request => ({
  kind: 'request',
  sender: A,
  receiver: B,
  callbackId,
  cycles,
  method: 'go',
  payload: new Uint8Array(10),
  deadlineSeconds: 0,
})
const aResponse = (callbackId: number): Response => ({
  kind: 'response',
  originator: A,
  respondent: B,
  callbackId,
  refund: 0n,
  payload: {kind: 'reply', data: new Uint8Array(1)},
  deadlineSeconds: 0,
})
const send = (...messages: StreamMessage[]): Stream => routeMessages(EMPTY_STREAM, messages, STREAM_LIMITS).stream

/** One side of the exchange, with what it took in. */
class Side {
  stream = EMPTY_STREAM
  readonly taken: number[] = []
  readonly returned: number[] = []
  sent = 0

  send(count: number): void {
    const messages = Array.from({length: count}, (_, index) => aRequest(this.sent + index))
    const {stream, routed} = routeMessages(this.stream, messages, {messages: 8, bytes: 1_000_000})
    this.stream = stream
    this.sent += routed
  }

  /** The planted bug: a side that does not look whether the slice is the next one. */
  receive(slice: StreamSlice, refuse: (id: number) => boolean, {isCareless = false} = {}): void {
    if (!isCareless && findSliceFault(slice, this.stream, this.stream.signalsEnd) !== undefined) return
    const inducted: Inducted = inductSlice(this.stream, slice, (message) => {
      if (refuse(message.callbackId)) return 'queue_full'
      this.taken.push(message.callbackId)
      return undefined
    })
    this.stream = inducted.stream
    this.returned.push(...inducted.rejects.map(({callbackId}) => callbackId))
  }
}

type Step = {readonly kind: 'send' | 'deliver' | 'again'; readonly from: 0 | 1; readonly count: number}
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('send', 'deliver', 'again'),
    from: fc.constantFrom(0, 1),
    count: fc.integer({min: 1, max: 5}),
  }) as fc.Arbitrary<Step>,
  {maxLength: 60},
)

/** Random sends, slices of any size, and old slices again; then everything is delivered. */
function exchange(script: readonly Step[], options = {}): [Side, Side] {
  const sides: [Side, Side] = [new Side(), new Side()]
  const old: (StreamSlice | undefined)[] = [undefined, undefined]
  const refuse = (id: number): boolean => id % 5 === 3
  const deliver = (from: 0 | 1, count: number): void => {
    const other = sides[1 - from]!
    old[from] = sliceOf(sides[from].stream, other.stream.signalsEnd, {messages: count, bytes: 1_000_000})
    other.receive(old[from], refuse, options)
  }
  for (const {kind, from, count} of script) {
    if (kind === 'send') sides[from].send(count)
    else if (kind === 'deliver') deliver(from, count)
    else if (old[from]) sides[1 - from]!.receive(old[from], refuse, options)
  }
  for (let round = 0; round < 4; round++) for (const from of [0, 1] as const) deliver(from, 100)
  return sides
}

function assertExactlyOnce(sides: [Side, Side]): void {
  for (const from of [0, 1] as const) {
    const ids = Array.from({length: sides[from].sent}, (_, id) => id)
    assert.deepEqual(
      sides[1 - from]!.taken,
      ids.filter((id) => id % 5 !== 3),
    )
    assert.deepEqual(
      sides[from].returned,
      ids.filter((id) => id % 5 === 3),
    )
    assert.deepEqual([sides[from].stream.messages, sides[from].stream.rejectSignals], [[], []], 'nothing is left behind')
  }
}

describe('streams', () => {
  it('deliver every message once and in order, and return what was refused, whatever slices travel', () =>
    fc.assert(fc.property(steps, (script) => assertExactlyOnce(exchange(script)))))

  it('catch the planted bug: a side that takes any slice', () => {
    const script: Step[] = [
      {kind: 'send', from: 0, count: 3},
      {kind: 'deliver', from: 0, count: 3},
      {kind: 'again', from: 0, count: 1},
    ]
    assertExactlyOnce(exchange(script))
    assert.throws(() => assertExactlyOnce(exchange(script, {isCareless: true})))
  })

  it('stop at their limits', () => {
    const requests = Array.from({length: 5}, (_, index) => aRequest(index))
    assert.equal(routeMessages(EMPTY_STREAM, requests, {messages: 3, bytes: 10_000}).routed, 3)
    assert.equal(routeMessages(EMPTY_STREAM, requests, {messages: 9, bytes: 300}).routed, 2)
    assert.equal(sliceOf(send(...requests), 1, {messages: 2, bytes: 10_000}).messages.length, 2)
    assert.equal(sliceOf(send(...requests), 1, {messages: 9, bytes: 1}).messages.length, 1, 'one always goes')
  })

  for (const [reason, code] of [
    ['migrated', 2],
    ['not_found', 3],
    ['stopped', 5],
    ['stopping', 5],
    ['queue_full', 2],
    ['out_of_memory', 5],
  ] as [RejectReason, number][])
    it(`answer a request refused as ${reason} with code ${code} and all its cycles`, () => {
      const stream = send(aRequest(4))
      const header = {begin: 0, end: 0, signalsEnd: 1, rejectSignals: [{index: 0, reason}]}
      const [reject] = inductSlice(stream, {header, firstIndex: 0, messages: []}, () => undefined).rejects
      assert.deepEqual([reject?.callbackId, reject?.refund, reject?.payload.kind === 'reject' && reject.payload.code], [4, 7n, code])
    })

  it('route a response again whose canister has moved', () => {
    const header = {begin: 0, end: 0, signalsEnd: 1, rejectSignals: [{index: 0, reason: 'migrated' as const}]}
    const {rerouted, rejects} = inductSlice(send(aResponse(9)), {header, firstIndex: 0, messages: []}, () => undefined)
    assert.deepEqual([rerouted.map(({callbackId}) => callbackId), rejects], [[9], []])
  })

  for (const {what, slice, expected} of [
    {what: 'a gap', slice: sliceOf({...send(aRequest(1), aRequest(2)), begin: 5}, 5, STREAM_LIMITS), expected: /5 to 7, and 0 is expected/},
    {what: 'another beginning', slice: sliceOf(send(aRequest(1), aRequest(2)), 1, STREAM_LIMITS), expected: /begins at 1/},
    {
      what: 'signals for what was never sent',
      slice: sliceOf({...EMPTY_STREAM, signalsEnd: 3}, 0, STREAM_LIMITS),
      expected: /signals end at 3/,
    },
    {
      what: 'more than its header says',
      slice: {...sliceOf(EMPTY_STREAM, 0, STREAM_LIMITS), messages: [aRequest(1)]},
      expected: /beyond its stream/,
    },
  ])
    it(`refuse a slice with ${what}`, () => assert.match(findSliceFault(slice, EMPTY_STREAM, 0) ?? '', expected))
})
