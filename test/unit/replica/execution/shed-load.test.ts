import assert from 'node:assert/strict'
import {shedLoad} from '../../../../src/replica/execution/shed-load.js'
import {storedBytes} from '../../../../src/replica/state/messages.js'
import {aCanister, aRequest, aState, idOf} from '../makers.js'

const payload = (length: number) => new Uint8Array(length)

/** Canister 0 with best-effort requests of 100 and 900 bytes from 1, a guaranteed one of 5,000, and a response of 500 bytes from 2. */
function aLoadedState() {
  const canister = aCanister()
  const {queues} = canister
  queues.pushInput(aRequest({callbackId: 1, payload: payload(100), deadlineSeconds: 9, cycles: 1n}))
  queues.pushInput(aRequest({callbackId: 2, payload: payload(900), deadlineSeconds: 9, cycles: 2n}))
  queues.pushInput(aRequest({callbackId: 3, payload: payload(5_000), cycles: 4n}))
  queues.pushOutputRequest(aRequest({sender: idOf(0), receiver: idOf(2), callbackId: 7, deadlineSeconds: 9}))
  queues.takeOutput()
  const response = {kind: 'response', originator: idOf(0), respondent: idOf(2), callbackId: 7, deadlineSeconds: 9, refund: 8n} as const
  queues.pushInput({...response, payload: {kind: 'reply', data: payload(500)}})
  return {canister, state: aState({canisters: [canister]})}
}

const contentOf = ({queues}: ReturnType<typeof aCanister>) => {
  const seen: string[] = []
  for (let next = queues.popInput(); next; next = queues.popInput()) {
    if (next.kind === 'request') seen.push(`request ${next.callbackId}`)
    if (next.kind === 'response') seen.push(next.payload.kind === 'reply' ? 'reply' : `${next.payload.code} ${next.payload.message}`)
  }
  return seen.sort()
}

describe('shedLoad', () => {
  it('drops nothing that fits', () => {
    const {canister, state} = aLoadedState()
    shedLoad(state, canister.queues.bestEffortBytes)
    assert.deepEqual([contentOf(canister), state.metrics.droppedCycles], [['reply', 'request 1', 'request 2', 'request 3'], 0n])
  })

  it('drops the largest best-effort message, and no guaranteed one', () => {
    const {canister, state} = aLoadedState()
    shedLoad(state, canister.queues.bestEffortBytes - 1)
    assert.deepEqual([contentOf(canister), state.metrics.droppedCycles], [['reply', 'request 1', 'request 3'], 2n])
  })

  it('leaves a reject in the place of a response, and counts right (planted: a queue that forgot the size would go on dropping)', () => {
    const {canister, state} = aLoadedState()
    const smallest = storedBytes(aRequest({payload: payload(100)}))
    shedLoad(state, smallest + 200)
    assert.deepEqual(contentOf(canister), ['6 Response was dropped.', 'request 1', 'request 3'])
    assert.deepEqual([state.metrics.droppedCycles, canister.queues.bestEffortBytes], [10n, 0])
  })
})
