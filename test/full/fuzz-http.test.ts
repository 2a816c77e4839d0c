/** 10,000 bodies for each endpoint, from a printed seed: never a crash, a hang or a 500. */

import assert from 'node:assert/strict'
import type {CanisterId} from '../../src/protocol/principal.js'
import {createCanister, installCode} from '../support/agent-client.js'
import {counterWasm} from '../support/counter-wasm.js'
import {ENDPOINTS, fuzzEndpoint} from '../support/fuzz-endpoints.js'
import {fetchSubnetId} from '../support/raw-http.js'
import {useUniversalNetwork} from '../support/universal-network.js'

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000))
const COUNT = 10_000

describe(`fuzzed bodies, ${COUNT} for each endpoint, FUZZ_SEED=${SEED}`, () => {
  const net = useUniversalNetwork()
  let canisters: readonly CanisterId[]
  before(async () => {
    canisters = [await createCanister(net.agent)]
    await installCode(net.agent, canisters[0]!, counterWasm)
  })

  for (const [index, endpoint] of ENDPOINTS.entries())
    it(`${endpoint.kind} of a ${endpoint.scope}, version ${endpoint.version}`, async function () {
      this.timeout(240_000)
      const {failures} = await fuzzEndpoint(net.url, endpoint, {seed: SEED * 1000 + index, count: COUNT, canisters})
      assert.deepEqual(failures.slice(0, 5), [])
    })

  it('leave the network as it was', async () => {
    assert.equal(net.network.readStderr(), '')
    await fetchSubnetId(net.url)
  })
})
