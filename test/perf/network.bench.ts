/** One certified, durable update call: latency and throughput, from a client that does not verify, against the floor of its parts. */

import {closeSync, fdatasyncSync, openSync, writeSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {initBls, signBls} from '../../src/replica/crypto/bls.js'
import {createCanister, createTestAgent, installCode} from '../support/agent-client.js'
import {removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {post, rawConnections, signedCalls} from './raw-client.js'
import {type Bench, median, percentile, type Row} from './row.js'

const SINGLE_CALLS = 300
const CONNECTIONS = 64
const PARALLEL_CALLS = 6400

/** A canister whose `canister_update ping` replies with nothing. */
const PING_WASM = Buffer.from(
  `0061736d01000000010401600000021101036963 3009 6d73675f7265706c79 0000 03020100 0718 01 14 ${Buffer.from('canister_update ping').toString('hex')} 0001 0a0601040010000b`.replaceAll(
    ' ',
    '',
  ),
  'hex',
)

export const networkBench: Bench = {
  name: 'network',
  async measure() {
    const folder = temporaryFolder()
    const rows: Row[] = []
    try {
      const startedAt = performance.now()
      const network = await startLocalNetwork(folder)
      rows.push({metric: 'network process start until ready', value: performance.now() - startedAt, unit: 'ms', goal: '≤ 500 ms'})
      try {
        const agent = await createTestAgent(network.url)
        const canisterId = await createCanister(agent)
        await installCode(agent, canisterId, PING_WASM)
        const floor = {what: 'HTTP echo + fdatasync + BLS signature', value: await floorMs(folder)}
        const latencies = await singleClient(network.url, canisterId)
        rows.push({metric: 'certified durable update, p50', value: median(latencies), unit: 'ms', floor, goal: '≤ 5 ms'})
        rows.push({metric: 'certified durable update, p99', value: percentile(latencies, 99), unit: 'ms', floor})
        rows.push(...(await manyClients(network.url, canisterId)))
      } finally {
        await network.stop()
      }
      const restartedAt = performance.now()
      const again = await startLocalNetwork(folder)
      rows.push({metric: 'restart on that state until ready', value: performance.now() - restartedAt, unit: 'ms', goal: '≤ 1 s'})
      await again.stop()
      return rows
    } finally {
      removeFolder(folder)
    }
  },
}

async function singleClient(url: string, canisterId: string): Promise<number[]> {
  const [connection] = rawConnections(url, 1)
  const calls = signedCalls(canisterId, 'ping', SINGLE_CALLS + 50)
  const latencies: number[] = []
  for (const body of calls) {
    const started = performance.now()
    await post(connection!, url, canisterId, body)
    latencies.push(performance.now() - started)
  }
  connection!.destroy()
  return latencies.slice(50)
}

async function manyClients(url: string, canisterId: string): Promise<Row[]> {
  const connections = rawConnections(url, CONNECTIONS)
  const calls = signedCalls(canisterId, 'ping', PARALLEL_CALLS)
  const latencies: number[] = []
  const started = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      for (let body = calls.pop(); body; body = calls.pop()) {
        const sent = performance.now()
        await post(connection, url, canisterId, body)
        latencies.push(performance.now() - sent)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const connection of connections) connection.destroy()
  return [
    {metric: `certified durable updates, ${CONNECTIONS} connections`, value: PARALLEL_CALLS / seconds, unit: '/s', goal: '≥ 2,000 /s'},
    {metric: `the same, p99`, value: percentile(latencies, 99), unit: 'ms', goal: '≤ 80 ms'},
  ]
}

/** The least that one update costs here: a request to an echo server, one synced append, one BLS signature; medians, summed. */
async function floorMs(folder: string): Promise<number> {
  await initBls()
  const server = createServer((request, response) => request.resume().on('end', () => response.end('x')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [connection] = rawConnections(url, 1)
  const file = openSync(join(folder, 'floor'), 'w')
  const [echo, sync, bls]: [number[], number[], number[]] = [[], [], []]
  for (let run = 0; run < 100; run++) {
    let at = performance.now()
    await post(connection!, url, 'aaaaa-aa', Buffer.alloc(400))
    echo.push(performance.now() - at)
    at = performance.now()
    writeSync(file, Buffer.alloc(600))
    fdatasyncSync(file)
    sync.push(performance.now() - at)
    at = performance.now()
    signBls(new Uint8Array(32).fill(7), Buffer.from(`message ${run}`))
    bls.push(performance.now() - at)
  }
  closeSync(file)
  connection!.destroy()
  await new Promise((resolve) => server.close(resolve))
  return median(echo) + median(sync) + median(bls)
}
