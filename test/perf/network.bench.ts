/** One certified, durable update call: latency and throughput, from a client that does not verify, against the floor of its parts. */

import {closeSync, fdatasyncSync, openSync, writeSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import type {CanisterId} from '../../src/protocol/principal.js'
import {initBls, signBls} from '../../src/replica/crypto/bls.js'
import {createCanister, createTestAgent, installCode} from '../support/agent-client.js'
import {removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {TestKey} from '../support/raw-http.js'
import {PING_WASM} from './ping-canister.js'
import {Connection, httpRequest, requestsTo, sendAll} from './raw-client.js'
import {type Bench, median, percentile, type Row} from './row.js'

const SINGLE_CALLS = 300
const CONNECTIONS = 64
const PARALLEL_CALLS = 6400
const PARALLEL_QUERIES = 20_000
const WARM_UP_QUERIES = 2_000

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
        rows.push(...(await queries(network.url, canisterId)))
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

async function singleClient(url: string, canisterId: CanisterId): Promise<number[]> {
  const requests = requestsTo(url, canisterId, {kind: 'call', method: 'ping', count: SINGLE_CALLS + 50, key: new TestKey()})
  const {latenciesMs} = await sendAll(url, requests, 1)
  return latenciesMs.slice(50)
}

async function manyClients(url: string, canisterId: CanisterId): Promise<Row[]> {
  const requests = requestsTo(url, canisterId, {kind: 'call', method: 'ping', count: PARALLEL_CALLS, key: new TestKey()})
  const {seconds, latenciesMs} = await sendAll(url, requests, CONNECTIONS)
  return [
    {metric: `certified durable updates, ${CONNECTIONS} connections`, value: PARALLEL_CALLS / seconds, unit: '/s', goal: '≥ 2,000 /s'},
    {metric: `the same, p99`, value: percentile(latenciesMs, 99), unit: 'ms', goal: '≤ 80 ms'},
  ]
}

/** Queries per second of 64 connections: signed ones, each verified, and anonymous ones; every answer is signed by the node. */
async function queries(url: string, canisterId: CanisterId): Promise<Row[]> {
  const rows: Row[] = []
  for (const {what, key, goal} of [
    {what: 'signed', key: new TestKey(), goal: '≥ 7,000 /s'},
    {what: 'anonymous', key: undefined, goal: '≥ 12,000 /s'},
  ]) {
    const options = {kind: 'query', method: 'pong', ...(key && {key})} as const
    await sendAll(url, requestsTo(url, canisterId, {...options, count: WARM_UP_QUERIES}), CONNECTIONS)
    const requests = requestsTo(url, canisterId, {...options, count: PARALLEL_QUERIES})
    const {seconds, latenciesMs} = await sendAll(url, requests, CONNECTIONS)
    rows.push({metric: `${what} queries, ${CONNECTIONS} connections`, value: PARALLEL_QUERIES / seconds, unit: '/s', goal})
    rows.push({metric: `the same, p99`, value: percentile(latenciesMs, 99), unit: 'ms'})
  }
  return rows
}

/** The least that one update costs here: a request to an echo server, one synced append, one BLS signature; medians, summed. */
async function floorMs(folder: string): Promise<number> {
  await initBls()
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(200, {'content-length': 1}).end('x')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = await Connection.open(url)
  const request = httpRequest(url, '/', Buffer.alloc(400))
  const file = openSync(join(folder, 'floor'), 'w')
  const [echo, sync, bls]: [number[], number[], number[]] = [[], [], []]
  for (let run = 0; run < 100; run++) {
    let at = performance.now()
    await connection.exchange(request)
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
  connection.close()
  await new Promise((resolve) => server.close(resolve))
  return median(echo) + median(sync) + median(bls)
}
