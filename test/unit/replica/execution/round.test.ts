import assert from 'node:assert/strict'
import {MANAGEMENT_CANISTER_ID, principalToText} from '../../../../src/protocol/principal.js'
import {rejectPayload} from '../../../../src/replica/execution/answers.js'
import {findNextWake} from '../../../../src/replica/execution/next-wake.js'
import {aCanister, aCode, anIngress, aRequest, aState, aSubnet, idOf, START_NS, USER} from '../makers.js'
import {fakeRooms} from './fake-rooms.js'
import {aRunningSubnet, SECOND, statusOf} from './subnet.js'

const running = (number: number) => aCanister({number, code: true})
const CALL = (target: number, ...payload: number[]) => Uint8Array.of(3, target, 0, ...payload)

describe('a round', () => {
  it('executes calls on the same subnet, and their responses, within the round', () => {
    const {state, rooms, run} = aRunningSubnet({canisters: [running(0), running(1)]})
    const message = anIngress({payload: CALL(1)})
    run({ingress: [message]})
    assert.deepEqual(rooms.log, ['0 update', '1 update', '0 response'])
    assert.equal(statusOf(state, message), 'replied')
    assert.deepEqual([...state.touched.answered], [message.id])
  })

  it('delivers requests between two canisters in sending order', () => {
    const {rooms, run} = aRunningSubnet({canisters: [running(0), running(1)]})
    run({ingress: [anIngress({payload: Uint8Array.of(6, 1, 0)}), anIngress({payload: CALL(1)})]})
    assert.deepEqual(
      rooms.log.filter((line) => line.startsWith('1')),
      ['1 update', '1 update', '1 update'],
    )
  })

  it('serves the least recently executed canister first when the budget is short', () => {
    const slow = fakeRooms({executeMessage: () => ({instructions: 3_000_000_000n, answers: []})})
    const ran: string[] = []
    slow.executeMessage = ({id}) => {
      ran.push(id)
      return {instructions: 3_000_000_000n, answers: []}
    }
    const {run} = aRunningSubnet({canisters: Array.from({length: 6}, (_, number) => running(number)), rooms: slow})
    run({ingress: Array.from({length: 6}, (_, number) => anIngress({receiver: idOf(number)}))})
    assert.deepEqual(ran, [idOf(0), idOf(1), idOf(2), idOf(3)])
    run()
    assert.deepEqual(ran.slice(4), [idOf(4), idOf(5)])
  })

  it('runs management calls first and gives back what they do not take', () => {
    const {state, rooms, run} = aRunningSubnet({canisters: [running(0)]})
    const message = anIngress({payload: CALL(0)})
    state.subnetInput.push(anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'start_canister', effectiveCanisterId: idOf(0)}))
    run({ingress: [message]})
    assert.equal(rooms.log[0], 'management start_canister')
  })

  it('traces what it executes', () => {
    const {trace, run} = aRunningSubnet({canisters: [running(0), running(1)]})
    run({ingress: [anIngress({payload: CALL(1, 1)})]})
    assert.deepEqual(
      trace.map(({kind, callee, outcome}) => [kind, callee, outcome]),
      [
        ['ingress', idOf(0), 'ok'],
        ['request', idOf(1), 'IC0503: trapped'],
        ['response', idOf(0), 'replied'],
      ],
    )
  })
})

describe('what cannot be delivered', () => {
  const cases = [
    {what: 'no such canister here', receiver: 3, expected: `3 Canister ${principalToText(idOf(3))} not found`},
    {what: 'a stopped one', receiver: 1, status: 'stopped', expected: `5 Canister ${principalToText(idOf(1))} is stopped`},
    {what: 'a stopping one', receiver: 1, status: 'stopping', expected: `5 Canister ${principalToText(idOf(1))} is stopping`},
  ] as const
  for (const {what, receiver, expected, ...rest} of cases)
    it(`comes back: ${what}`, () => {
      const rejects: string[] = []
      const rooms = fakeRooms()
      const {executeResponse} = rooms
      rooms.executeResponse = (canister, response, env) => {
        if (response.payload.kind === 'reject') rejects.push(`${response.payload.code} ${response.payload.message}`)
        assert.equal(response.refund, 9_000_000n)
        return executeResponse(canister, response, env)
      }
      const other = aCanister({number: 1, code: true, status: 'status' in rest ? rest.status : 'running'})
      if (other.status.kind === 'stopping') other.callContexts.set(1, {} as never)
      const {run} = aRunningSubnet({canisters: [running(0), other], rooms})
      run({ingress: [anIngress({payload: Uint8Array.of(3, receiver, 9)})]})
      assert.deepEqual(rejects, [expected])
    })

  it('comes back when the callee wants more cycles', () => {
    const proud = aCanister({number: 1, code: true, settings: {minimumIncomingCallCycles: 10_000_000n}})
    const {rooms, run} = aRunningSubnet({canisters: [running(0), proud]})
    run({ingress: [anIngress({payload: Uint8Array.of(3, 1, 9)}), anIngress({payload: Uint8Array.of(3, 1, 10)})]})
    assert.equal(rooms.log.filter((line) => line === '1 update').length, 1)
  })

  it('has no route when no subnet hosts the id', () => {
    const narrow = aSubnet({canisterRanges: [{first: idOf(0), last: idOf(2)}]})
    const texts: string[] = []
    const rooms = fakeRooms()
    const {executeResponse} = rooms
    rooms.executeResponse = (canister, response, env) => {
      if (response.payload.kind === 'reject') texts.push(response.payload.message)
      return executeResponse(canister, response, env)
    }
    const {run} = aRunningSubnet({canisters: [running(0)], subnet: narrow, rooms})
    run({ingress: [anIngress({payload: CALL(3)})]})
    assert.match(texts[0]!, /^No route to canister /)
  })
})

describe('tasks', () => {
  const code = aCode({module: {exportsHeartbeat: true, exportsGlobalTimer: true}})

  it('take turns with messages', () => {
    const canister = aCanister({code, globalTimerNs: START_NS})
    const {rooms, run} = aRunningSubnet({canisters: [canister]})
    run({ingress: [anIngress()]})
    assert.deepEqual(rooms.log.splice(0), ['0 globalTimer', '0 heartbeat', '0 update'])
    run({ingress: [anIngress()]})
    assert.deepEqual(rooms.log.splice(0), ['0 heartbeat', '0 update'])
    run({ingress: [anIngress()]})
    assert.deepEqual(rooms.log.splice(0), ['0 update'])
    run()
    assert.deepEqual(rooms.log.splice(0), ['0 heartbeat'])
  })

  it('do not run before their time, nor on stopped canisters', () => {
    const early = aCanister({code: aCode({module: {exportsGlobalTimer: true}}), globalTimerNs: START_NS + 100n * SECOND})
    const stopped = aCanister({number: 1, code, globalTimerNs: 1n, status: 'stopped'})
    const {state, rooms, run} = aRunningSubnet({canisters: [early, stopped]})
    run()
    assert.deepEqual(rooms.log, [])
    assert.deepEqual(findNextWake(state), {hasWork: false, hasLongExecution: false, hasHeartbeat: false, dueNs: START_NS + 100n * SECOND})
  })

  it('run the low-memory hook first, whosever turn it is', () => {
    const hooked = aCode({module: {exportsLowWasmMemoryHook: true, exportsHeartbeat: true}})
    const {rooms, run} = aRunningSubnet({canisters: [aCanister({code: hooked, lowWasmMemoryHook: 'ready', nextScheduledKind: 2})]})
    run({ingress: [anIngress()]})
    assert.deepEqual(rooms.log, ['0 lowWasmMemory', '0 update'])
  })
})

describe('timeouts', () => {
  it('reject ingress that waited beyond its expiry', () => {
    const {state, run} = aRunningSubnet({canisters: [running(0)]})
    const message = anIngress({expiryNs: START_NS + 3n * SECOND})
    const busy = fakeRooms({executeMessage: () => ({instructions: 9_000_000_000n, answers: []})})
    const crowded = aRunningSubnet({canisters: [running(0)], rooms: busy})
    crowded.run({ingress: [anIngress(), anIngress(), anIngress(), anIngress(), anIngress(), message]})
    for (let round = 0; round < 3; round++) crowded.run()
    assert.equal(statusOf(crowded.state, message), `2 IC0202 Ingress message 0x${message.id} timed out waiting to start executing.`)
    run({ingress: [message], timeNs: START_NS + 4n * SECOND})
    assert.equal(statusOf(state, message), 'unknown')
  })

  it('answer a best-effort callback at its deadline, and ignore the late answer', () => {
    const waiting = fakeRooms()
    const {executeMessage} = waiting
    waiting.executeMessage = (canister, message, env) =>
      canister.id === idOf(1) ? {instructions: 1n, answers: []} : executeMessage(canister, message, env)
    const caller = running(0)
    const {state, run} = aRunningSubnet({canisters: [caller, running(1)], rooms: waiting})
    const message = anIngress({payload: Uint8Array.of(4, 1, 2)})
    run({ingress: [message]})
    assert.equal(statusOf(state, message), 'processing')
    run()
    assert.equal(statusOf(state, message), 'processing')
    run()
    assert.equal(statusOf(state, message), 'replied')
    assert.equal(caller.callbacks.size, 0)
    const callee = state.canisters.get(idOf(1))!
    state.awake = undefined
    const late = {kind: 'response', originator: idOf(0), respondent: idOf(1), callbackId: 1, refund: 5n} as const
    callee.queues.pushOutputResponse({...late, payload: {kind: 'reply', data: new Uint8Array(0)}, deadlineSeconds: 1})
    run()
    assert.deepEqual([state.metrics.droppedCycles, caller.queues.isEmpty(), callee.queues.isEmpty()], [5n, true, true])
  })

  it('return a guaranteed request that found no way to another subnet for five minutes', () => {
    const far = idOf(0x100000)
    const caller = running(0)
    const state = aState({canisters: [caller]})
    caller.queues.pushOutputRequest(aRequest({sender: idOf(0), receiver: far, cycles: 3n}))
    caller.queues.takeOutput()
    state.outbound.push({message: aRequest({sender: idOf(0), receiver: far, cycles: 3n}), sinceNs: START_NS})
    const texts: unknown[] = []
    const rooms = fakeRooms({
      executeResponse: (_canister, {payload, refund}) => {
        texts.push(payload, refund)
        return {instructions: 0n, answers: []}
      },
    })
    const {run} = aRunningSubnet({state, rooms})
    run({timeNs: START_NS + 299n * SECOND})
    assert.deepEqual(texts, [])
    run({timeNs: START_NS + 300n * SECOND})
    assert.deepEqual(texts, [{kind: 'reject', code: 2, message: 'Request timed out.'}, 3n])
  })
})

describe('stop_canister', () => {
  const stopping = (fields: object) => {
    const call = anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'stop_canister', effectiveCanisterId: idOf(0)})
    const canister = aCanister({code: true, status: {kind: 'stopping', stopContexts: [{call, sinceNs: START_NS}]}, ...fields})
    const {state, run} = aRunningSubnet({canisters: [canister]})
    state.ingressHistory.set(call.id, {
      state: {kind: 'processing'},
      sender: USER,
      receiver: '' as never,
      effectiveCanisterId: idOf(0),
      expiryNs: 0n,
    })
    return {canister, call, state, run}
  }

  it('is answered when the last call context is closed', () => {
    const {canister, call, state, run} = stopping({})
    run()
    assert.deepEqual([canister.status.kind, canister.version, statusOf(state, call)], ['stopped', 1n, 'replied'])
  })

  it('times out after five minutes, while the canister stays stopping', () => {
    const {canister, call, state, run} = stopping({callContexts: new Map([[1, {}]])})
    run({timeNs: START_NS + 299n * SECOND})
    assert.equal(statusOf(state, call), 'processing')
    run({timeNs: START_NS + 300n * SECOND})
    assert.deepEqual(
      [canister.status, statusOf(state, call)],
      [{kind: 'stopping', stopContexts: []}, '2 IC0206 Stop canister request timed out'],
    )
  })
})

describe('charges of the round', () => {
  it('come every ten seconds, and uninstall who cannot pay', () => {
    const poor = aCanister({cycles: 1000n, code: true, settings: {computeAllocation: 1}})
    const {state, run} = aRunningSubnet({canisters: [poor, running(1)]})
    run({timeNs: START_NS + 9n * SECOND})
    assert.equal(poor.cycles, 1000n)
    run({timeNs: START_NS + 10n * SECOND})
    assert.deepEqual([poor.cycles, poor.code, poor.version, poor.settings.computeAllocation], [0n, undefined, 1n, 0])
    assert.equal(state.canisters.get(idOf(1))!.chargedUntilNs, START_NS + 10n * SECOND)
  })

  it('leave out the time that the network was stopped', () => {
    const canister = aCanister({settings: {computeAllocation: 1}})
    const {run} = aRunningSubnet({canisters: [canister]})
    const before = canister.cycles
    run({timeNs: START_NS + 1_000_010n * SECOND, stoppedForNs: 1_000_000n * SECOND})
    assert.equal(before - canister.cycles, 100_000_000n)
  })
})

describe('the debt of installs', () => {
  it('decays by 2 G a round, or a second when there were no rounds', () => {
    const canister = aCanister({installCodeDebt: 25_000_000_000n})
    const {state, run} = aRunningSubnet({canisters: [canister]})
    run({timeNs: START_NS + 10n})
    assert.equal(canister.installCodeDebt, 23_000_000_000n)
    run({timeNs: START_NS + 10n * SECOND + 10n})
    assert.equal(canister.installCodeDebt, 3_000_000_000n)
    for (let round = 0; round < 3; round++) run()
    assert.deepEqual([canister.installCodeDebt, state.awake!.size], [0n, 0])
  })
})

describe('reject texts', () => {
  it('lose their middle beyond 8 KiB, and no half characters stay', () => {
    assert.deepEqual(rejectPayload(4, 'short'), {kind: 'reject', code: 4, message: 'short'})
    const payload = rejectPayload(4, 'é'.repeat(5_000))
    assert.ok(payload.kind === 'reject')
    assert.match(payload.message, /^é+\.\.\.é+$/)
    assert.ok(Buffer.byteLength(payload.message) <= 8_192 && Buffer.byteLength(payload.message) > 8_185)
  })
})

describe('the ingress history', () => {
  it('forgets the oldest replies when all are too large', () => {
    const {state, run} = aRunningSubnet({canisters: [running(0)]})
    const [old, young] = [anIngress(), anIngress()]
    run({ingress: [old]})
    state.ingressHistoryBytes += 4 * 2 ** 30
    run({ingress: [young]})
    assert.deepEqual([statusOf(state, old), statusOf(state, young)], ['done', 'done'])
    state.ingressHistoryBytes = 0
    run({ingress: [old]})
    assert.equal(statusOf(state, old), 'done')
  })

  it('drops terminal statuses after five minutes, not before', () => {
    const {state, run} = aRunningSubnet({canisters: [running(0)]})
    const message = anIngress()
    run({ingress: [message]})
    run({timeNs: START_NS + 301n * SECOND})
    assert.equal(statusOf(state, message), 'replied')
    run()
    assert.deepEqual([statusOf(state, message), state.ingressHistoryBytes, [...state.touched.ingress]], ['unknown', 0, [message.id]])
  })
})
