/** The system canisters: how soon a network with them is ready, and what a transfer takes. Clients do not verify. */

import {encodeArgs} from '../../src/candid/encode.js'
import {parseArgs} from '../../src/candid/text.js'
import {SYSTEM_CANISTER_IDS} from '../../src/replica/node/system-canisters/ids.js'
import {removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {requestsTo, sendAll} from './raw-client.js'
import {type Bench, median, type Row} from './row.js'

const SINGLE_TRANSFERS = 200
const WARM_UP = 50
const CONNECTIONS = 64
const PARALLEL_TRANSFERS = 1920
const LEDGERS = {ICP: SYSTEM_CANISTER_IDS['icp-ledger'], cycles: SYSTEM_CANISTER_IDS['cycles-ledger']}

export const ledgerBench: Bench = {
  name: 'ledger',
  async measure() {
    const folder = temporaryFolder()
    const rows: Row[] = []
    try {
      const startedAt = performance.now()
      const network = await startLocalNetwork(folder, ['--system-canisters'])
      const value = performance.now() - startedAt
      rows.push({metric: 'network process start with system canisters until ready', value, unit: 'ms', goal: '≤ 800 ms'})
      try {
        for (const [name, id] of Object.entries(LEDGERS)) {
          const requests = (count: number) => requestsTo(network.url, id, {kind: 'call', method: 'icrc1_transfer', count, arg: transfer()})
          const {latenciesMs} = await sendAll(network.url, requests(WARM_UP + SINGLE_TRANSFERS), 1)
          rows.push({metric: `${name} transfer, p50`, value: median(latenciesMs.slice(WARM_UP)), unit: 'ms', goal: '≤ 12 ms'})
          const {seconds} = await sendAll(network.url, requests(PARALLEL_TRANSFERS), CONNECTIONS)
          rows.push({
            metric: `${name} transfers, ${CONNECTIONS} connections`,
            value: PARALLEL_TRANSFERS / seconds,
            unit: '/s',
            goal: '≥ 300 /s',
          })
        }
      } finally {
        await network.stop()
      }
      return rows
    } finally {
      removeFolder(folder)
    }
  },
}

/** Of one unit, from the anonymous principal. */
function transfer(): Uint8Array {
  const {types, values} = parseArgs('(record {to = record {owner = principal "rwlgt-iiaaa-aaaaa-aaaaa-cai"}; amount = 1 : nat})')
  return encodeArgs(types, values)
}
