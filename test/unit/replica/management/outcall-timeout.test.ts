import assert from 'node:assert/strict'
import {MANAGEMENT_CANISTER_ID} from '../../../../src/protocol/principal.js'
import {findNextWake} from '../../../../src/replica/execution/next-wake.js'
import {appendRead, ic0, makeCall} from '../../../spec/universal/program.js'
import {aUniversalCanister} from '../../../spec/universal/universal-subnet.js'
import {managementArgument} from '../../../support/universal-network.js'
import {aRealSubnet, running} from '../execution/real-subnet.js'
import {SECOND, statusOf} from '../execution/subnet.js'
import {START_NS} from '../makers.js'

const OUTCALL = {
  url: 'https://example.org/',
  max_response_bytes: [],
  method: {get: null},
  headers: [],
  body: [],
  transform: [],
  is_replicated: [],
}

describe('an outcall that nobody answers', () => {
  it('is rejected by the batch a minute later, for which the network wakes', () => {
    const subnet = aRealSubnet([aUniversalCanister()])
    const message = running([
      makeCall(MANAGEMENT_CANISTER_ID, {
        method: 'http_request',
        cycles: 50_000_000_000n,
        payload: managementArgument('http_request', OUTCALL),
        onReject: [appendRead('msg_reject_msg'), ic0('msg_reply')],
      }),
    ])
    subnet.run({ingress: [message]})
    const sinceNs = START_NS + SECOND
    assert.equal(findNextWake(subnet.state).dueNs, sinceNs + 60n * SECOND)
    subnet.run({timeNs: sinceNs + 60n * SECOND - 1n})
    assert.equal(statusOf(subnet.state, message), 'processing')
    subnet.run({timeNs: sinceNs + 60n * SECOND})
    assert.equal(statusOf(subnet.state, message), 'replied')
    const {state} = subnet.state.ingressHistory.get(message.id)!
    assert.ok(state.kind === 'terminal' && state.outcome.kind === 'reply')
    assert.equal(Buffer.from(state.outcome.data).toString(), 'Canister http request timed out')
    assert.deepEqual(subnet.state.pendingSubnetCalls, [])
  })
})
