import assert from 'node:assert/strict'
import {fromHex, toHex} from '../../../../src/base/bytes.js'
import {MANAGEMENT_CANISTER_ID, type NodeId} from '../../../../src/protocol/principal.js'
import {MAX_INGRESS_HISTORY_ENTRIES} from '../../../../src/replica/state/ingress-history.js'
import type {MessageId} from '../../../../src/replica/state/messages.js'
import type {HttpOutcall, ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {fakeRooms} from '../execution/fake-rooms.js'
import {aRunningSubnet, SECOND, statusOf} from '../execution/subnet.js'
import {aCanister, anIngress, aRequest, aState, aSubnet, idOf, START_NS, USER} from '../makers.js'

const ID = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'
const toManagement = (method: string) => anIngress({receiver: MANAGEMENT_CANISTER_ID, effectiveCanisterId: idOf(0), method})

describe('induction of ingress', () => {
  const rows = [
    {
      what: 'an unknown management method',
      message: toManagement('unknown'),
      expected: '5 IC0536 Cannot enqueue management message because unknown method is unknown.',
    },
    {
      what: 'a method for canisters only',
      message: toManagement('raw_rand'),
      expected: '4 IC0406 Cannot enqueue management message because raw_rand method is not allowed to be called via ingress messages.',
    },
    {
      what: 'an argument that is no Candid',
      message: toManagement('stop_canister'),
      examined: {kind: 'malformed', message: 'short'} as const,
      expected: '4 IC0408 Cannot enqueue management message because its Candid payload is invalid.',
    },
    {what: 'a missing canister', message: anIngress({receiver: idOf(7)}), expected: /^3 IC0301 Canister \S+ not found$/},
    {
      what: 'one that cannot pay',
      canister: {cycles: 1_000n},
      message: anIngress({sender: '04' as never}),
      expected: `2 IC0207 Canister ${ID} is out of cycles`,
    },
    {
      what: 'one that cannot pay, told to its controller',
      canister: {cycles: 1_000n, settings: {freezingThresholdSeconds: 0n}},
      message: anIngress({sizeBytes: 100}),
      expected: `2 IC0207 Canister ${ID} is out of cycles: please top up the canister with at least 1399000 additional cycles`,
    },
    {what: 'a stopping one', canister: {status: 'stopping'}, message: anIngress(), expected: `5 IC0509 Canister ${ID} is stopping`},
    {what: 'a stopped one', canister: {status: 'stopped'}, message: anIngress(), expected: `5 IC0508 Canister ${ID} is stopped`},
  ] as const
  for (const {what, message, expected, ...row} of rows)
    it(`rejects ${what}`, () => {
      const canister = aCanister({code: true, ...('canister' in row ? row.canister : {})})
      if (canister.status.kind === 'stopping') canister.callContexts.set(1, {} as never)
      const examined = 'examined' in row ? {examineManagementIngress: () => row.examined} : {}
      const {state, run} = aRunningSubnet({canisters: [canister], rooms: fakeRooms(examined)})
      run({ingress: [message]})
      const status = statusOf(state, message)
      if (typeof expected === 'string') assert.equal(status, expected)
      else assert.match(status, expected)
    })

  it('takes the fee of a stopped canister too, and of no canister for methods that name none', () => {
    const canister = aCanister({status: 'stopped'})
    const rooms = fakeRooms({examineManagementIngress: () => ({kind: 'valid', payer: undefined})})
    const {state, run} = aRunningSubnet({canisters: [canister], rooms})
    const before = canister.cycles
    const create = toManagement('provisional_create_canister_with_cycles')
    run({ingress: [create, anIngress()]})
    assert.equal(before - canister.cycles, 1_200_000n + 200n * 2_000n)
    assert.equal(canister.consumed.ingressInduction, before - canister.cycles)
    assert.equal(statusOf(state, create), 'replied')
  })

  it('takes the fee of a short update_settings after it was carried out', () => {
    const canister = aCanister({cycles: 1_000_000n})
    const {run} = aRunningSubnet({canisters: [canister]})
    run({ingress: [toManagement('update_settings')]})
    assert.deepEqual([canister.cycles, canister.consumed.ingressInduction], [0n, 1_000_000n])
  })

  it('executes a message once, however often it is in blocks', () => {
    const {rooms, run} = aRunningSubnet({canisters: [aCanister({code: true})]})
    const message = anIngress()
    run({ingress: [message, message]})
    run({ingress: [message]})
    assert.deepEqual(rooms.log, ['0 update'])
  })

  it('refuses more than the history holds, but not on system subnets', () => {
    const full = () => {
      const state = aState({canisters: [aCanister({code: true})]})
      const entry = {state: {kind: 'received'}, sender: USER, receiver: idOf(0), effectiveCanisterId: idOf(0), expiryNs: 0n} as const
      for (let n = 0; n < MAX_INGRESS_HISTORY_ENTRIES; n++) state.ingressHistory.set(`old ${n}` as MessageId, entry)
      return state
    }
    const outcomes = (['application', 'system'] as const).map((type) => {
      const {state, run} = aRunningSubnet({state: full(), subnet: aSubnet({type})})
      const message = anIngress()
      run({ingress: [message]})
      return statusOf(state, message)
    })
    assert.deepEqual(outcomes, ['2 IC0204 Maximum ingress history capacity 600000 reached', 'replied'])
  })
})

describe('answers from consensus', () => {
  /** A canister that has called the management canister `calls` times, with 5 cycles each. */
  const waiting = (calls: number): ReplicatedState => {
    const canister = aCanister({code: true})
    for (let callbackId = 1; callbackId <= calls; callbackId++) {
      canister.queues.pushOutputRequest(aRequest({sender: idOf(0), receiver: MANAGEMENT_CANISTER_ID, callbackId, cycles: 5n}))
      canister.callbacks.set(callbackId, {id: callbackId, callContextId: 1, deadlineSeconds: 0} as never)
    }
    return aState({canisters: [canister]})
  }
  const collecting = () => {
    const answers: string[] = []
    const rooms = fakeRooms({
      executeResponse: (canister, {callbackId, payload, refund}) => {
        canister.callbacks.delete(callbackId)
        answers.push(`${refund} ${payload.kind === 'reply' ? toHex(payload.data) : payload.message}`)
        return {instructions: 0n, answers: []}
      },
      executeManagementCall({state}, call) {
        if (call.kind === 'request') state.pendingSubnetCalls.push({kind: 'raw_rand', call, sinceHeight: state.height})
        return {kind: 'deferred'}
      },
    })
    return {answers, rooms}
  }

  it('give raw_rand 32 bytes of a later tape, different ones to every call', () => {
    const {answers, rooms} = collecting()
    const {state, run} = aRunningSubnet({state: waiting(2), rooms})
    run()
    assert.deepEqual([answers, state.pendingSubnetCalls.length], [[], 2])
    run({randomness: new Uint8Array(32).fill(9)})
    assert.equal(new Set(answers).size, 2)
    for (const answer of answers) assert.match(answer, /^5 4449444c016d7b010020[0-9a-f]{64}$/)
  })

  it('give HTTPS outcalls their response and what was attached beyond the price', () => {
    const {answers, rooms} = collecting()
    const {state, run} = aRunningSubnet({state: waiting(1), rooms})
    const [call] = state.canisters.get(idOf(0))!.queues.takeOutput()
    assert.ok(call?.kind === 'request')
    state.pendingSubnetCalls.push({kind: 'http_request', id: 4, call, sinceNs: START_NS, request: {} as HttpOutcall, refund: 2n})
    run({consensusResponses: [{id: 3, payload: {kind: 'reject', code: 1, message: 'not asked for'}}]})
    run({consensusResponses: [{id: 4, payload: {kind: 'reply', data: fromHex('aa')}}]})
    run({consensusResponses: [{id: 4, payload: {kind: 'reply', data: fromHex('bb')}}]})
    assert.deepEqual(answers, ['2 aa'])
  })
})

describe('node metrics', () => {
  const DAY = 86_400n * SECOND
  const [a, b] = ['aa', 'bb'] as NodeId[]

  it('keep the totals of the last sample of each day', () => {
    const {state, run} = aRunningSubnet()
    const start = (START_NS / DAY + 1n) * DAY
    run({timeNs: start, blockMaker: {nodeId: a!, failed: []}})
    run({timeNs: start + 5n, blockMaker: {nodeId: b!, failed: [a!]}})
    run({timeNs: start + DAY, blockMaker: {nodeId: a!, failed: []}})
    assert.deepEqual(state.nodeMetrics, [
      {
        dayNs: start + 5n,
        nodes: [
          {nodeId: a, proposed: 1n, failed: 1n},
          {nodeId: b, proposed: 1n, failed: 0n},
        ],
      },
      {
        dayNs: start + DAY,
        nodes: [
          {nodeId: a, proposed: 2n, failed: 1n},
          {nodeId: b, proposed: 1n, failed: 0n},
        ],
      },
    ])
  })
})

describe('processBatch', () => {
  it('refuses a batch that does not follow', () => {
    const {run} = aRunningSubnet()
    assert.throws(() => run({height: 2}), {name: 'InvariantViolation'})
    assert.throws(() => run({timeNs: START_NS}), {name: 'InvariantViolation'})
  })

  it('adds the query statistics that consensus agreed on', () => {
    const canister = aCanister()
    const {run} = aRunningSubnet({canisters: [canister]})
    const delta = {canisterId: idOf(0), calls: 2n, instructions: 30n, requestPayloadBytes: 4n, responsePayloadBytes: 5n}
    run({queryStats: [delta, {...delta, canisterId: idOf(9)}]})
    run({queryStats: [delta]})
    assert.deepEqual(canister.queryStats, {calls: 4n, instructions: 60n, requestPayloadBytes: 8n, responsePayloadBytes: 10n})
  })

  it('names what it touched, and forgets it at the next batch', () => {
    const {state, run} = aRunningSubnet({canisters: [aCanister({code: true}), aCanister({number: 1})]})
    const message = anIngress()
    run({ingress: [message]})
    assert.deepEqual([...state.touched.canisters, ...state.touched.ingress], [idOf(0), message.id])
    run()
    assert.deepEqual([...state.touched.canisters, ...state.touched.ingress, ...state.touched.answered], [])
  })
})
