/** What keeping everything costs: restarts on large states, checkpoints beside calls, snapshots, replay. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {HttpAgent} from '@dfinity/agent'
import type {CanisterId} from '../../src/protocol/principal.js'
import {createCanister, createTestAgent, installCode, update} from '../support/agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {closeConnections, send, TestKey} from '../support/raw-http.js'
import {replayState} from '../support/replay-state.js'
import {FILL_BYTES, MEMORY_WASM} from './memory-canister.js'
import {requestsTo, sendAll} from './raw-client.js'
import {type Bench, median, type Row} from './row.js'

const GIB = 2 ** 30
const REPLAYED_CALLS = 6_400
const CONNECTIONS = 64
const BESIDE_CALLS = 150
const ROUNDS = 5

export const durabilityBench: Bench = {
  name: 'durability',
  async measure() {
    try {
      return [...(await inFolder(restarts)), ...(await inFolder(checkpoints)), ...(await inFolder(replays))]
    } finally {
      closeConnections()
    }
  },
}

async function inFolder(measure: (folder: string) => Promise<Row[]>): Promise<Row[]> {
  const folder = temporaryFolder()
  try {
    return await measure(folder)
  } finally {
    removeFolder(folder)
  }
}

interface Running {
  readonly network: LocalNetwork
  readonly agent: HttpAgent
  readonly canister: CanisterId
}

async function start(folder: string): Promise<Running> {
  const network = await startLocalNetwork(folder)
  const agent = await createTestAgent(network.url)
  const canister = await createCanister(agent)
  await installCode(agent, canister, MEMORY_WASM)
  return {network, agent, canister}
}

const ask = async ({agent, canister}: Running, method: string, times = 1): Promise<void> => {
  for (let time = 0; time < times; time++) await update(agent, canister, method, new Uint8Array())
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function restarts(folder: string): Promise<Row[]> {
  const running = await start(folder)
  await ask(running, 'fill', Math.ceil(100e6 / FILL_BYTES))
  await running.network.stop()
  let network = running.network
  const withHeap = await timed(async () => {
    network = await startLocalNetwork(folder)
  })
  const agent = await createTestAgent(network.url)
  await ask({...running, network, agent}, 'grow')
  await network.stop()
  const withStable = await timed(async () => {
    network = await startLocalNetwork(folder)
  })
  await network.kill()
  const afterKill = await timed(async () => {
    network = await startLocalNetwork(folder)
  })
  await network.kill()
  return [
    {metric: 'restart with 100 MB of state', value: withHeap, unit: 'ms', goal: '≤ 1 s'},
    {metric: 'restart with 10 GiB of stable memory, sparse', value: withStable, unit: 'ms', goal: '≤ 1 s'},
    {metric: 'restart after a kill', value: afterKill, unit: 'ms', goal: '≤ 1 s'},
  ]
}

async function checkpoints(folder: string): Promise<Row[]> {
  const running = await start(`${folder}/state`)
  const {network} = running
  await ask(running, 'fill', GIB / FILL_BYTES)
  const whole = await timed(() => snapshot(network, `${folder}/first`))
  const rounds: CheckpointRound[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await checkpointBesideCalls(running, `${folder}/${round}`))
  await ask(running, 'ping')
  const clean = await timed(() => snapshot(network, `${folder}/clean`))
  await network.kill()
  const typical = (pick: (round: CheckpointRound) => number): number => median(rounds.map((round) => pick(round)))
  return [
    {metric: 'checkpoint of 1 GiB, all of it dirty', value: whole, unit: 'ms'},
    {metric: 'checkpoint of 1 GiB, 1 % dirty', value: typical(({takenMs}) => takenMs), unit: 'ms'},
    {metric: 'what it adds to the worst call beside it', value: typical(({worst, quiet}) => worst - quiet), unit: 'ms', goal: '≤ 20 ms'},
    {metric: 'worst call without a checkpoint', value: typical(({quiet}) => quiet), unit: 'ms'},
    {metric: 'snapshot of 1 GiB', value: clean, unit: 'ms', goal: '≤ 300 ms'},
  ]
}

interface CheckpointRound {
  readonly quiet: number
  readonly worst: number
  readonly takenMs: number
}

async function checkpointBesideCalls(running: Running, folder: string): Promise<CheckpointRound> {
  await ask(running, 'touch')
  await pings(running)
  const quiet = Math.max(...(await pings(running)))
  const taking = timed(() => snapshot(running.network, folder))
  const worst = Math.max(...(await pings(running)))
  return {quiet, worst, takenMs: await taking}
}

async function pings({network, canister}: Running): Promise<number[]> {
  const requests = requestsTo(network.url, canister, {kind: 'call', method: 'ping', count: BESIDE_CALLS, key: new TestKey()})
  return (await sendAll(network.url, requests, 1)).latenciesMs
}

/** As `icicle network snapshot create` asks for it. */
async function snapshot({url, stateFolder}: LocalNetwork, folder: string): Promise<void> {
  const authorization = `Bearer ${readFileSync(join(stateFolder, 'admin-token'), 'utf8')}`
  const answer = await send(`${url}/_/icicle/snapshot`, Buffer.from(JSON.stringify({folder})), {headers: {authorization}})
  if (answer.status !== 200) throw new Error(answer.text)
}

async function replays(folder: string): Promise<Row[]> {
  const running = await start(folder)
  const {network, canister} = running
  const requests = requestsTo(network.url, canister, {kind: 'call', method: 'ping', count: REPLAYED_CALLS, key: new TestKey()})
  const {seconds} = await sendAll(network.url, requests, CONNECTIONS)
  await network.kill()
  const replayMs = await timed(async () => replayState(folder))
  const live = REPLAYED_CALLS / seconds
  return [
    {
      metric: 'calls replayed, start of the process included',
      value: REPLAYED_CALLS / (replayMs / 1000),
      unit: '/s',
      floor: {what: 'live', value: live},
      goal: '≥ 0.8× live',
    },
  ]
}
