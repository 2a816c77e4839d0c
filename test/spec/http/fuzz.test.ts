/** A short run of what test/full/fuzz-http.test.ts does at length. */

import assert from 'node:assert/strict'
import type {CanisterId} from '../../../src/protocol/principal.js'
import {createCanister, installCode} from '../../support/agent-client.js'
import {counterWasm} from '../../support/counter-wasm.js'
import {ENDPOINTS, fuzzEndpoint} from '../../support/fuzz-endpoints.js'
import {fetchSubnetId} from '../../support/raw-http.js'
import {useUniversalNetwork} from '../../support/universal-network.js'

const SEED = Number(process.env.FUZZ_SEED ?? 1)
const COUNT = 250

describe(`fuzzed bodies, seed ${SEED}`, () => {
  const net = useUniversalNetwork()
  let canisters: readonly CanisterId[]
  before(async () => {
    canisters = [await createCanister(net.agent)]
    await installCode(net.agent, canisters[0]!, counterWasm)
  })

  for (const [index, endpoint] of ENDPOINTS.entries())
    it(`${endpoint.kind} of a ${endpoint.scope}, version ${endpoint.version}`, async () => {
      const {failures, statuses} = await fuzzEndpoint(net.url, endpoint, {seed: SEED * 1000 + index, count: COUNT, canisters})
      assert.deepEqual(failures, [])
      assert.ok(
        (statuses[400] ?? 0) > COUNT / 10 && (statuses[200] ?? 0) + (statuses[202] ?? 0) + (statuses[404] ?? 0) > 0,
        JSON.stringify(statuses),
      )
    })

  it('leave the network as it was', async () => {
    assert.equal(net.network.readStderr(), '')
    await fetchSubnetId(net.url)
  })

  it('planted bug: an endpoint that answers 500 would be noticed', async () => {
    const request = async () => ({status: 500, headers: {}, bytes: new Uint8Array(0), text: ''})
    const {failures} = await fuzzEndpoint(net.url, ENDPOINTS[0]!, {seed: SEED, count: 3, canisters, request})
    assert.equal(failures.length, 3)
  })
})
