import assert from 'node:assert/strict'
import {MessageMemory} from '../../../../src/replica/execution/message-memory.js'
import {RESERVED_RESPONSE_BYTES} from '../../../../src/replica/state/canister-queues.js'
import {aCanister, aRequest, aState, idOf} from '../makers.js'

const POOL_BYTES = 15 * 2 ** 30
const request = aRequest()

describe('MessageMemory', () => {
  it('refuses the guaranteed request that would exceed 15 GiB, and no best-effort one', () => {
    const memory = new MessageMemory(aState())
    memory.add(POOL_BYTES - RESERVED_RESPONSE_BYTES)
    assert.equal(memory.findShortage(request), undefined)
    memory.add(1)
    assert.equal(memory.findShortage(request), RESERVED_RESPONSE_BYTES)
    assert.equal(memory.findShortage({...request, deadlineSeconds: 9}), undefined)
  })

  it('starts with what is reserved already, best-effort messages not counted', () => {
    const canister = aCanister()
    canister.queues.pushInput(aRequest({callbackId: 1, deadlineSeconds: 9, payload: new Uint8Array(100)}))
    canister.queues.pushOutputRequest(aRequest({sender: idOf(0), receiver: idOf(2)}))
    const memory = new MessageMemory(aState({canisters: [canister]}))
    memory.add(POOL_BYTES - 2 * RESERVED_RESPONSE_BYTES)
    assert.equal(memory.findShortage(request), undefined)
    memory.add(1)
    assert.notEqual(memory.findShortage(request), undefined)
  })
})
