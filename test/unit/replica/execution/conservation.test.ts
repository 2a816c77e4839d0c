import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {Batch} from '../../../../src/replica/messaging/batch.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {Request, Response} from '../../../../src/replica/state/messages.js'
import type {ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {needsAttention} from '../../../../src/replica/state/select-canisters.js'
import {aCanister, anIngress, idOf, START_NS} from '../makers.js'
import {fakeRooms} from './fake-rooms.js'
import {aRunningSubnet, SECOND, type Subnet} from './subnet.js'

/** The last can hardly pay for one call; the one before runs dry after a minute. */
const canisters = () => [
  aCanister({number: 0, code: true}),
  aCanister({number: 1, code: true, settings: {computeAllocation: 1, freezingThresholdSeconds: 0n}}),
  aCanister({number: 2, code: true, cycles: 60_000_000_000n, settings: {computeAllocation: 100, freezingThresholdSeconds: 0n}}),
  aCanister({number: 3, code: true, cycles: 45_000_000_000n}),
]

/** Cycles on accounts, on their way, and paid away. */
function totalCycles(state: ReplicatedState): bigint {
  let total = state.metrics.droppedCycles
  const inFlight = (message: Request | Response) => (message.kind === 'request' ? message.cycles : message.refund)
  for (const message of state.subnetOutput) total += inFlight(message)
  for (const call of state.subnetInput) if (call.kind === 'request') total += call.cycles
  for (const {message} of state.outbound) total += inFlight(message)
  for (const canister of state.canisters.values()) {
    total += canister.cycles + canister.reservedCycles
    for (const cycles of Object.values(canister.consumed)) total += cycles
    for (const {availableCycles} of canister.callContexts.values()) total += availableCycles
    const {inputs, outputs} = canister.queues.snapshot()
    for (const {messages} of [...inputs, ...outputs]) for (const message of messages) total += inFlight(message)
  }
  return total
}

const program = fc.array(fc.nat(6), {minLength: 1, maxLength: 16}).map((bytes) => Uint8Array.from(bytes))
const rounds = fc.array(
  fc.record({
    calls: fc.array(fc.record({receiver: fc.nat(4), payload: program}), {maxLength: 4}),
    seconds: fc.integer({min: 1, max: 30}),
  }),
  {minLength: 1, maxLength: 8},
)

function runRounds(subnet: Subnet, plan: readonly PlannedRound[]): void {
  let id = 0
  for (const {calls, seconds} of plan) {
    const ingress = calls.map(({receiver, payload}) =>
      anIngress({
        id: (++id).toString(16).padStart(64, '0') as never,
        receiver: idOf(receiver),
        payload,
        expiryNs: START_NS + 1_000n * SECOND,
      }),
    )
    const batch: Partial<Batch> = {ingress, timeNs: subnet.state.timeNs + BigInt(seconds) * SECOND}
    subnet.run(batch)
  }
}

interface PlannedRound {
  readonly calls: readonly {readonly receiver: number; readonly payload: Uint8Array}[]
  readonly seconds: number
}

describe('cycles', () => {
  it('are conserved over random rounds, some of which leave a canister dry', () => {
    let dried = 0
    fc.assert(
      fc.property(rounds, (plan) => {
        const subnet = aRunningSubnet({canisters: canisters()})
        const before = totalCycles(subnet.state)
        runRounds(subnet, plan)
        assert.equal(totalCycles(subnet.state), before)
        if (subnet.state.canisters.get(idOf(2))!.code === undefined) dried++
      }),
      {numRuns: 300},
    )
    assert.ok(dried > 0, `${dried} plans left a canister dry`)
  })

  it('are conserved: the check would notice an answer that keeps the refund (planted)', () => {
    const rooms = fakeRooms()
    const {executeMessage} = rooms
    rooms.executeMessage = (canister, message, env) => {
      const result = executeMessage(canister, message, env)
      return {...result, answers: result.answers.map((answer) => ({...answer, refund: 0n}))}
    }
    const subnet = aRunningSubnet({canisters: canisters(), rooms})
    const before = totalCycles(subnet.state)
    runRounds(subnet, [{calls: [{receiver: 0, payload: Uint8Array.of(3, 1, 5, 0)}], seconds: 1}])
    assert.notEqual(totalCycles(subnet.state), before)
  })
})

describe('random rounds', () => {
  it('leave no call context, callback, message or reservation behind once they are quiet', () =>
    fc.assert(
      fc.property(rounds, (plan) => {
        const subnet = aRunningSubnet({canisters: canisters()})
        runRounds(subnet, plan)
        for (const canister of subnet.state.canisters.values()) assert.equal(subnet.state.awake!.has(canister.id), needsAttention(canister))
        for (let quiet = 0; quiet < 12; quiet++) subnet.run()
        const rest = [...subnet.state.canisters.values()].filter((canister) => !isQuiet(canister))
        assert.deepEqual(rest, [])
        for (const {state} of subnet.state.ingressHistory.values()) assert.equal(state.kind, 'terminal')
      }),
      {numRuns: 100},
    ))
})

function isQuiet({callContexts, callbacks, queues}: CanisterState): boolean {
  return callContexts.size === 0 && callbacks.size === 0 && queues.isEmpty() && queues.memoryBytes === 0
}
