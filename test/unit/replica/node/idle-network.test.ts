import assert from 'node:assert/strict'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {HttpAgent} from '@dfinity/agent'
import {encodeUtf8} from '../../../../src/base/bytes.js'
import {type CanisterId, principalToBytes} from '../../../../src/protocol/principal.js'
import {ReplicaNode} from '../../../../src/replica/node/replica-node.js'
import {createCanister, createTestAgent, installCode, toAgentPrincipal, update} from '../../../support/agent-client.js'
import {counterWasm, readCounter} from '../../../support/counter-wasm.js'
import {removeFolder, temporaryFolder} from '../../../support/local-network.js'

const TEN_MINUTES_MS = 600_000
const NO_ARGS = new Uint8Array(0)

/** The agent and the node read the same clock, which the test moves. */
describe('a network that was idle for ten minutes', () => {
  const folder = temporaryFolder()
  const RealDate = Date
  let offsetMs = 0
  let node: ReplicaNode
  let server: Server
  let agent: HttpAgent
  let counter: CanisterId

  before(async () => {
    globalThis.Date = class extends RealDate {
      constructor(...args: readonly unknown[]) {
        super(...((args.length === 0 ? [RealDate.now() + offsetMs] : args) as [number]))
      }
      static override now = (): number => RealDate.now() + offsetMs
    } as DateConstructor
    node = await ReplicaNode.start({
      stateFolder: folder,
      version: 'test',
      nowNs: () => BigInt(Date.now()) * 1_000_000n,
      onFailure: (error) => assert.fail(String(error)),
    })
    server = createServer((request, response) => void node.listener(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    agent = await createTestAgent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    counter = await createCanister(agent)
    await installCode(agent, counter, counterWasm)
    await update(agent, counter, 'inc', NO_ARGS)
  })

  after(async () => {
    globalThis.Date = RealDate
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await node.stop()
    removeFolder(folder)
  })

  beforeEach(() => {
    offsetMs += TEN_MINUTES_MS
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
    const {certifiedHeight} = node.getStatus()
    offsetMs += TEN_MINUTES_MS
    assert.equal(node.getStatus().certifiedHeight, certifiedHeight)
    await agent.query(toAgentPrincipal(counter), {methodName: 'read', arg: NO_ARGS})
    assert.equal(node.getStatus().certifiedHeight, certifiedHeight + 1)
  })
})
