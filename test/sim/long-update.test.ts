import assert from 'node:assert/strict'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {performance} from 'node:perf_hooks'
import type {HttpAgent} from '@dfinity/agent'
import type {CanisterId} from '../../src/protocol/principal.js'
import {ReplicaNode} from '../../src/replica/node/replica-node.js'
import {median} from '../perf/row.js'
import {op, program, push, reply} from '../spec/universal/program.js'
import {universalCanister} from '../spec/universal/universal-canister.js'
import {createCanister, createTestAgent, manage, toAgentPrincipal, update} from '../support/agent-client.js'
import {removeFolder, temporaryFolder} from '../support/local-network.js'

/** Burns ten instructions a turn. */
const long = (instructions: number) => program(push(instructions / 10), op('burn'), reply('long'))
const SHORT = program(reply('short'))

/** One node in this process, started again where it was left. */
class Network {
  node!: ReplicaNode
  agent!: HttpAgent
  #server: Server | undefined

  constructor(readonly folder: string) {}

  async start(): Promise<void> {
    const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n
    this.node = await ReplicaNode.start({
      stateFolder: this.folder,
      version: 'test',
      nowNs,
      onFailure: (error) => assert.fail(String(error)),
    })
    this.#server = createServer((request, response) => void this.node.listener(request, response))
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve))
    this.agent = await createTestAgent(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
    await this.node.stop()
  }

  async install(): Promise<CanisterId> {
    const id = await createCanister(this.agent)
    const args = {
      mode: {install: null},
      canister_id: id,
      wasm_module: universalCanister(),
      arg: new Uint8Array(0),
      sender_canister_version: [],
    }
    await manage(this.agent, 'install_code', args, id)
    return id
  }
}

/** Milliseconds that `work` takes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

describe('an update of 20 G instructions on a running network', function () {
  this.timeout(300_000)
  const network = new Network(temporaryFolder())
  let [busy, other] = ['', ''] as CanisterId[]

  before(async () => {
    await network.start()
    busy = await network.install()
    other = await network.install()
  })

  after(async () => {
    await network.stop()
    removeFolder(network.folder)
  })

  const send = (instructions: number) => update(network.agent, busy, 'update', long(instructions))

  it('lets heights advance, another canister answer, and queries be answered at once', async () => {
    const {certifiedHeight} = network.node.getStatus()
    let isDone = false
    const sent = timed(() => send(20_000_000_000)).finally(() => {
      isDone = true
    })
    const updates: number[] = []
    const queries: number[] = []
    const updating = (async () => {
      while (!isDone) updates.push(await timed(() => update(network.agent, other, 'update', SHORT)))
    })()
    while (!isDone) {
      for (const id of [busy, other])
        queries.push(await timed(() => network.agent.query(toAgentPrincipal(id), {methodName: 'query', arg: SHORT})))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await updating
    const totalMs = await sent
    const heights = network.node.getStatus().certifiedHeight - certifiedHeight
    console.log(
      `      ${process.version}: ${Math.round(totalMs)} ms; ${heights} heights; ${updates.length} updates, median ${Math.round(median(updates))} ms; ` +
        `${queries.length} queries, median ${Math.round(median(queries))} ms, longest ${Math.round(Math.max(...queries))} ms`,
    )
    assert.ok(heights >= 10, `${heights} heights`)
    assert.ok(updates.length >= 8, `${updates.length} updates`)
    // A slice is a tenth of the whole; both threads may have to share one processor.
    assert.ok(median(updates) < totalMs / 4, `updates took ${updates.map(Math.round)} ms of ${totalMs}`)
    assert.ok(median(queries) < 300, `queries took ${queries.map(Math.round)} ms`)
  })

  it('goes on after the network was stopped in its middle', async () => {
    const {certifiedHeight} = network.node.getStatus()
    const interrupted = send(6_000_000_000).then(
      () => assert.fail('the network was stopped before'),
      () => undefined,
    )
    while (network.node.getStatus().certifiedHeight < certifiedHeight + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await network.stop()
    await interrupted
    await network.start()
    // Behind the long update: answered when that has ended.
    assert.equal(Buffer.from(await update(network.agent, busy, 'update', SHORT)).toString(), 'short')
  })
})
