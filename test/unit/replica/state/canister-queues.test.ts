import assert from 'node:assert/strict'
import fc from 'fast-check'
import {CanisterQueues, QUEUE_CAPACITY, RESERVED_RESPONSE_BYTES} from '../../../../src/replica/state/canister-queues.js'
import type {Response} from '../../../../src/replica/state/messages.js'
import {anIngress, aRequest, idOf} from '../makers.js'

const aResponse = (fields: Partial<Response> = {}): Response => ({
  kind: 'response',
  originator: idOf(0),
  respondent: idOf(1),
  callbackId: 1,
  refund: 0n,
  payload: {kind: 'reply', data: new Uint8Array(10)},
  deadlineSeconds: 0,
  ...fields,
})
const incoming = (sender: number, callbackId = 1) => aRequest({sender: idOf(sender), receiver: idOf(0), callbackId})
const outgoing = (receiver: number, callbackId = 1) => aRequest({sender: idOf(0), receiver: idOf(receiver), callbackId})

describe('CanisterQueues', () => {
  it('holds 500 requests from a sender, and always the responses', () => {
    const queues = new CanisterQueues()
    for (let n = 0; n < QUEUE_CAPACITY; n++) {
      assert.ok(queues.pushInput(incoming(1, n)))
      queues.pushOutputRequest(outgoing(1, n))
    }
    assert.equal(queues.pushInput(incoming(1)), false)
    assert.equal(queues.canPushOutputRequest(idOf(1)), false)
    assert.equal(queues.canPushOutputRequest(idOf(2)), true)
    assert.deepEqual([...queues.freeOutputSlots()], [[idOf(1), 0]])
    for (let n = 0; n < QUEUE_CAPACITY; n++) assert.ok(queues.pushInput(aResponse({callbackId: n})))
  })

  it('refuses a response that no slot was reserved for', () =>
    assert.throws(() => new CanisterQueues().pushOutputResponse(aResponse()), {name: 'InvariantViolation'}))

  it('lets local senders, ingress and remote senders take turns, senders of a group a message each', () => {
    const queues = new CanisterQueues()
    for (const n of [1, 2]) queues.pushIngress(anIngress({method: `i${n}`}))
    for (const sender of [1, 1, 2]) queues.pushInput(incoming(sender))
    for (const sender of [8, 9]) queues.pushInput(incoming(sender), 'remote')
    const order: string[] = []
    for (let next = queues.popInput(); next; next = queues.popInput())
      order.push(next.kind === 'ingress' ? next.method : `${Number.parseInt(next.kind === 'request' ? next.sender.slice(-5, -4) : '', 16)}`)
    assert.deepEqual(order, ['1', 'i1', '8', '2', 'i2', '9', '1'])
  })

  it('counts the memory of guaranteed calls in full and of best-effort ones as they are', () => {
    const queues = new CanisterQueues()
    queues.pushOutputRequest(outgoing(1))
    assert.equal(queues.memoryBytes, RESERVED_RESPONSE_BYTES)
    queues.takeOutput()
    queues.pushInput(aResponse())
    assert.equal(queues.memoryBytes, 138)
    queues.popInput()
    assert.equal(queues.memoryBytes, 0)
    queues.pushInput({...incoming(1), deadlineSeconds: 9})
    assert.equal(queues.memoryBytes, 128 + 'update'.length)
  })

  it('drops best-effort requests at their deadline and frees their slots', () => {
    const queues = new CanisterQueues()
    queues.pushInput({...incoming(1), deadlineSeconds: 9, cycles: 4n})
    assert.deepEqual(queues.takeExpiredRequests(8_999_999_999n), [])
    assert.deepEqual(
      queues.takeExpiredRequests(9_000_000_000n).map(({cycles}) => cycles),
      [4n],
    )
    assert.deepEqual([queues.isEmpty(), queues.hasInput(), queues.memoryBytes], [true, false, 0])
  })

  it('goes on the same after a snapshot, whatever was done (planted: without the turns it would not)', () => {
    const steps = fc.array(fc.record({what: fc.constantFrom('ingress', 'in', 'out', 'pop', 'take'), peer: fc.nat(3)}), {maxLength: 40})
    const apply = (queues: CanisterQueues, {what, peer}: {what: string; peer: number}, n: number) => {
      if (what === 'ingress') queues.pushIngress(anIngress({id: String(n) as never}))
      if (what === 'in') queues.pushInput(incoming(peer, n), peer === 3 ? 'remote' : 'local')
      if (what === 'out') queues.pushOutputRequest(outgoing(peer, n))
      if (what === 'take') return queues.takeOutput()
      return what === 'pop' ? queues.popInput() : undefined
    }
    const run = (before: readonly {what: string; peer: number}[], forget: boolean) => {
      const queues = new CanisterQueues()
      for (const [n, step] of before.entries()) apply(queues, step, n)
      const snapshot = queues.snapshot()
      const restored = new CanisterQueues(forget ? {...snapshot, turns: {...snapshot.turns, next: 0}} : snapshot)
      assert.deepEqual(restored.snapshot(), forget ? restored.snapshot() : snapshot)
      assert.equal(restored.memoryBytes, queues.memoryBytes)
      const drain = (from: CanisterQueues) => Array.from({length: 50}, () => from.popInput())
      return [drain(queues), drain(restored)]
    }
    fc.assert(
      fc.property(steps, (before) => {
        const [expected, actual] = run(before, false)
        assert.deepEqual(actual, expected)
      }),
      {numRuns: 100},
    )
    const mixed = [
      {what: 'ingress', peer: 0},
      {what: 'in', peer: 1},
      {what: 'in', peer: 1},
      {what: 'pop', peer: 0},
    ]
    const [expected, actual] = run(mixed, true)
    assert.notDeepEqual(actual, expected)
  })
})
