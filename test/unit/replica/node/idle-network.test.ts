import assert from 'node:assert/strict'
import type {HttpAgent} from '@dfinity/agent'
import {encodeUtf8} from '../../../../src/base/bytes.js'
import {type CanisterId, principalToBytes} from '../../../../src/protocol/principal.js'
import {createCanister, createTestAgent, installCode, toAgentPrincipal, update} from '../../../support/agent-client.js'
import {counterWasm, readCounter} from '../../../support/counter-wasm.js'
import {removeFolder, temporaryFolder} from '../../../support/local-network.js'
import {type NodeInProcess, startNode} from '../../../support/node-in-process.js'
import {ShiftedClock} from '../../../support/shifted-clock.js'

const TEN_MINUTES_MS = 600_000
const NO_ARGS = new Uint8Array(0)

/** The agent and the node read the same clock, which the test moves. */
describe('a network that was idle for ten minutes', () => {
  const folder = temporaryFolder()
  const clock = new ShiftedClock()
  let network: NodeInProcess
  let agent: HttpAgent
  let counter: CanisterId

  before(async () => {
    clock.install()
    network = await startNode(folder)
    agent = await createTestAgent(network.url)
    counter = await createCanister(agent)
    await installCode(agent, counter, counterWasm)
    await update(agent, counter, 'inc', NO_ARGS)
  })

  after(async () => {
    clock.restore()
    await network.stop()
    removeFolder(folder)
  })

  beforeEach(() => {
    clock.offsetMs += TEN_MINUTES_MS
  })

  it('answers a query that the agent accepts', async () => {
    const answer = await agent.query(toAgentPrincipal(counter), {methodName: 'read', arg: NO_ARGS})
    assert.equal(answer.status, 'replied')
  })

  it('answers a read_state that the agent accepts', async () => {
    const path = [encodeUtf8('canister'), principalToBytes(counter), encodeUtf8('module_hash')]
    await agent.readState(toAgentPrincipal(counter), {paths: [path]})
  })

  it('answers a call that the agent accepts', async () => {
    assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 2n)
  })

  it('has made no block in between', async () => {
    await agent.query(toAgentPrincipal(counter), {methodName: 'read', arg: NO_ARGS})
    const {certifiedHeight} = network.node.getStatus()
    clock.offsetMs += TEN_MINUTES_MS
    assert.equal(network.node.getStatus().certifiedHeight, certifiedHeight)
    await agent.query(toAgentPrincipal(counter), {methodName: 'read', arg: NO_ARGS})
    assert.equal(network.node.getStatus().certifiedHeight, certifiedHeight + 1)
  })
})
