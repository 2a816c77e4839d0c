/** How an update fares on a state of 50,000 canisters and 360,000 request statuses, against one of ten canisters. */

import {createCanister, createTestAgent, installCode} from '../support/agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {TestKey} from '../support/raw-http.js'
import {enlargeState} from './large-state.js'
import {PING_WASM} from './ping-canister.js'
import {requestsTo, sendAll} from './raw-client.js'
import {type Bench, median, percentile, type Row} from './row.js'

const CALLS = 200
const WARM_UP = 50

export const largeStateBench: Bench = {
  name: 'large-state',
  async measure() {
    const folder = temporaryFolder()
    const rows: Row[] = []
    try {
      let network = await startLocalNetwork(folder)
      const agent = await createTestAgent(network.url)
      const canisterId = await createCanister(agent)
      await installCode(agent, canisterId, PING_WASM)
      for (let count = 0; count < 9; count++) await createCanister(agent)
      const small = await latencies(network, canisterId)
      await network.stop()
      await enlargeState(folder, canisterId, {canisters: 50_000, statuses: 360_000})
      const started = performance.now()
      network = await startLocalNetwork(folder)
      rows.push({metric: 'start with 50,000 canisters, 360,000 statuses', value: performance.now() - started, unit: 'ms'})
      const large = await latencies(network, canisterId)
      const floor = {what: 'the same with 10 canisters', value: median(small)}
      rows.push({metric: 'update on it, p50', value: median(large), unit: 'ms', floor, goal: '≤ 2× that with 10'})
      rows.push({
        metric: 'update on it, p99',
        value: percentile(large, 99),
        unit: 'ms',
        floor: {what: floor.what, value: percentile(small, 99)},
      })
      await network.stop()
      return rows
    } finally {
      removeFolder(folder)
    }
  },
}

async function latencies({url}: LocalNetwork, canisterId: Parameters<typeof requestsTo>[1]): Promise<number[]> {
  const requests = requestsTo(url, canisterId, {kind: 'call', method: 'ping', count: CALLS + WARM_UP, key: new TestKey()})
  const {latenciesMs} = await sendAll(url, requests, 1)
  return latenciesMs.slice(WARM_UP)
}
