/** Long runs: a million messages in virtual time leave no memory behind, and a mixed load on the shipped process loses nothing. */

import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {gunzipSync} from 'node:zlib'
import {type CanisterId, type NodeId, principalToBytes, principalToText} from '../../src/protocol/principal.js'
import {initBls} from '../../src/replica/crypto/bls.js'
import {ExecutionCore} from '../../src/replica/node/execution-core.js'
import {deriveGenesisKeys} from '../../src/replica/node/genesis.js'
import type {Executed} from '../../src/replica/node/messages.js'
import type {Ingress, MessageId} from '../../src/replica/state/messages.js'
import {newState} from '../../src/replica/state/new-state.js'
import {install} from '../spec/universal/universal-subnet.js'
import {createCanister, createTestAgent, installCode, toAgentPrincipal} from '../support/agent-client.js'
import {counterWasm, readCounter} from '../support/counter-wasm.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {closeConnections, envelopeOf, methodContent, readMap, readStateContent, send, TestKey} from '../support/raw-http.js'
import {aCanister, anIngress, idOf} from '../unit/replica/makers.js'

const SECOND_NS = 1_000_000_000n

describe('a million messages in virtual time', () => {
  const MESSAGES = Number(process.env.SOAK_MESSAGES ?? 1_000_000)
  /** What one round's budget can start. */
  const PER_BATCH = 800
  /** So that statuses stop growing in number long before half the way. */
  const BLOCK_SECONDS = 10n
  /** Statuses of the last minutes, caches and fragments come and go: about 40 MB were seen. 64 are 130 bytes a message. */
  const MAX_GROWTH_MB = 64

  const EMPTY_BATCH = {
    consensusResponses: [],
    registryVersion: 1,
    blockMaker: {nodeId: 'aa' as NodeId, failed: []},
    isSummary: false,
  }

  before(() => initBls())

  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heapMb = (): number => {
    collect()
    const {heapUsed, external, arrayBuffers} = process.memoryUsage()
    return (heapUsed + external + arrayBuffers) / 2 ** 20
  }

  /** Megabytes that the second half of so many messages leaves behind. */
  function measureGrowth(messages: number, keep: (executed: Executed) => void): {growthMb: number; statuses: number} {
    const startNs = 1_700_000_000n * SECOND_NS
    const keys = deriveGenesisKeys({seed: new Uint8Array(32).fill(5), createdAtNs: startNs})
    const state = newState({subnetId: keys.subnetId, timeNs: startNs, nextCanisterNumber: 0x8000000000100010n})
    for (const number of [0, 1]) {
      const canister = aCanister({number, cycles: 10n ** 24n})
      assert.equal(install(canister, {mode: {kind: 'install'}, wasm: counterWasm}).kind, 'installed')
      state.canisters.set(canister.id, canister)
    }
    const core = new ExecutionCore({state, keys, runtime: {gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength})}})
    let sent = 0
    const nextMessage = (timeNs: bigint): Ingress => {
      const id = (++sent).toString(16).padStart(64, '0') as MessageId
      const what = sent % 10 === 0 ? {method: 'forward', payload: principalToBytes(idOf(1))} : {method: 'inc'}
      return anIngress({id, receiver: idOf(0), ...what, expiryNs: timeNs + 60n * SECOND_NS})
    }
    const batches = messages / PER_BATCH
    let halfwayMb = 0
    for (let height = 1; height <= batches; height++) {
      const timeNs = startNs + BLOCK_SECONDS * BigInt(height) * SECOND_NS
      const ingress = Array.from({length: PER_BATCH}, () => nextMessage(timeNs))
      keep(core.execute({...EMPTY_BATCH, height, timeNs, randomness: new Uint8Array(32).fill(height), ingress}))
      if (height === Math.floor(batches / 2)) halfwayMb = heapMb()
    }
    return {growthMb: heapMb() - halfwayMb, statuses: state.ingressHistory.size}
  }

  it('leave no memory behind', function () {
    this.timeout(900_000)
    const {growthMb, statuses} = measureGrowth(MESSAGES, ({answered}) => assert.ok(answered.length > 0))
    console.log(`      growth from ${MESSAGES / 2} to ${MESSAGES} messages: ${growthMb.toFixed(1)} MB`)
    assert.ok(growthMb < MAX_GROWTH_MB, `${growthMb} MB more`)
    assert.ok(statuses <= (300 / Number(BLOCK_SECONDS) + 2) * PER_BATCH, `${statuses} statuses`)
  })

  it('planted bug: something kept of every message would be noticed', function () {
    this.timeout(300_000)
    const kept: Executed[] = []
    const {growthMb} = measureGrowth(160_000, (executed) => kept.push(executed))
    assert.ok(growthMb > MAX_GROWTH_MB, `${growthMb} MB of ${kept.length} batches`)
  })
})

describe('a mixed load on the shipped process', () => {
  const SECONDS = Number(process.env.SOAK_SECONDS ?? 60)
  const CLIENTS = 24
  const folder = temporaryFolder()
  let network: LocalNetwork
  let counters: CanisterId[]

  before(async () => {
    network = await startLocalNetwork(folder)
    const agent = await createTestAgent(network.url)
    counters = []
    for (let count = 0; count < 4; count++) {
      const id = await createCanister(agent)
      await installCode(agent, id, counterWasm)
      counters.push(id)
    }
  })
  after(async () => {
    closeConnections()
    await network.stop()
    removeFolder(folder)
  })

  it('is answered rightly, loses nothing at kill -9, and keeps its memory', async function () {
    this.timeout((SECONDS + 120) * 1000)
    const confirmed = new Map(counters.map((id) => [id, 0n]))
    const highest = new Map(counters.map((id) => [id, 0n]))
    const until = Date.now() + SECONDS * 1000
    const rssMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${network.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    const rss: number[] = []
    let answered = 0
    const client = async (number: number): Promise<void> => {
      const key = number % 3 === 0 ? undefined : new TestKey()
      const from = key ? {from: key.principal} : {}
      for (let turn = number; Date.now() < until; turn++) {
        const id = counters[turn % counters.length]!
        const at = `${network.url}/api/v3/canister/${principalToText(id)}`
        const kind = turn % 7
        if (kind < 4) {
          const answer = await send(`${at}/call`, envelopeOf(methodContent('call', id, 'inc', from), key))
          assert.equal(answer.status, 200, answer.text)
          assert.equal(readMap(answer).get('status'), 'replied')
          confirmed.set(id, confirmed.get(id)! + 1n)
        } else if (kind < 6) {
          const answer = readMap(await send(`${at}/query`, envelopeOf(methodContent('query', id, 'read', from), key)))
          const value = readCounter((answer.get('reply') as Map<string, Uint8Array>).get('arg')!)
          // A client that asks later never sees an older state: certified time goes on.
          assert.ok(value >= highest.get(id)! - BigInt(CLIENTS))
          if (value > highest.get(id)!) highest.set(id, value)
        } else {
          const answer = await send(`${at}/read_state`, envelopeOf(readStateContent([['time']], key?.principal), key))
          assert.equal(answer.status, 200, answer.text)
        }
        if (++answered % 5000 === 0) rss.push(rssMb())
      }
    }
    await Promise.all(Array.from({length: CLIENTS}, (_, number) => client(number)))
    console.log(`      ${answered} requests, RSS ${rss.map((each) => each.toFixed(0)).join(', ')} MB`)
    await network.kill()
    network = await startLocalNetwork(folder)
    const agent = await createTestAgent(network.url)
    for (const id of counters) {
      const answer = await agent.query(toAgentPrincipal(id), {methodName: 'read', arg: new Uint8Array(0)})
      assert.ok(answer.status === 'replied')
      assert.equal(readCounter(new Uint8Array(answer.reply.arg)), confirmed.get(id))
    }
    if (rss.length > 4) assert.ok(rss.at(-1)! < rss[1]! + 400, `${rss}`)
  })
})
