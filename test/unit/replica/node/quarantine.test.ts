import assert from 'node:assert/strict'
import {cpSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {decodeFinalBlock} from '../../../../src/replica/consensus/delivery.js'
import {loadCheckpoint} from '../../../../src/replica/node/checkpoint.js'
import {noteExecuting} from '../../../../src/replica/node/executing-note.js'
import {replay} from '../../../../src/replica/node/replay.js'
import type {MessageId} from '../../../../src/replica/state/messages.js'
import {BatchLog} from '../../../../src/replica/store/batch-log.js'
import {CheckpointStore} from '../../../../src/replica/store/checkpoint-store.js'
import {type LoggedHeight, readHeights} from '../../../../src/replica/store/read-log.js'
import {createCanister, createTestAgent, installCode, update} from '../../../support/agent-client.js'
import {counterWasm, readCounter} from '../../../support/counter-wasm.js'
import {removeFolder, temporaryFolder} from '../../../support/local-network.js'
import {startNode} from '../../../support/node-in-process.js'

const NO_ARGS = new Uint8Array(0)

describe('a height that the process died of', () => {
  const folder = temporaryFolder()
  let counter: CanisterId
  let culprit: MessageId
  let culpritHeight: number
  /** Up to the height, whose root is not known. */
  let heights: LoggedHeight[]

  before(async () => {
    const running = await startNode(`${folder}/live`)
    const agent = await createTestAgent(running.url)
    counter = await createCanister(agent)
    await installCode(agent, counter, counterWasm)
    await update(agent, counter, 'inc', NO_ARGS)
    await update(agent, counter, 'inc', NO_ARGS)
    cpSync(`${folder}/live`, `${folder}/killed`, {recursive: true})
    await running.stop()
    heights = []
    for await (const logged of readHeights(`${folder}/killed/log`, 0)) heights.push(logged)
    while (decodeFinalBlock(heights.at(-1)!.block).block.payload.ingress.length === 0) heights.pop()
    culprit = decodeFinalBlock(heights.at(-1)!.block).block.payload.ingress[0]!.ingress.id
    culpritHeight = heights.at(-1)!.height
  })
  after(() => removeFolder(folder))

  /** The state folder as so many starts leave it that died while they executed the message. */
  async function stateAfter(attempts: number): Promise<string> {
    const state = `${folder}/after-${attempts}`
    cpSync(`${folder}/killed`, state, {recursive: true})
    for (const name of readdirSync(`${state}/log`)) rmSync(`${state}/log/${name}`, {recursive: true})
    const log = await BatchLog.open(`${state}/log`, {programVersion: 'test', checkpointHeight: 0})
    for (const {height, block, randomness, root} of heights) {
      await log.appendBatch({height, block, randomness})
      if (height < culpritHeight) await log.appendRoot({height, ...root!})
    }
    for (let i = 0; i < attempts; i++) await log.appendAttempt(culpritHeight)
    await log.close()
    if (attempts > 0) noteExecuting(state, culpritHeight, {id: culprit, text: `request 0x${culprit}`})
    return state
  }

  async function outcomeIn(state: string): Promise<unknown> {
    const store = await CheckpointStore.open(join(state, 'checkpoints'))
    const entry = loadCheckpoint(store)!.state.ingressHistory.get(culprit)
    store.close()
    return entry?.state
  }

  for (const attempts of [0, 1])
    it(`is executed again after ${attempts} starts that died of it`, async () => {
      const state = await stateAfter(attempts)
      const network = await startNode(state)
      assert.deepEqual(network.node.report.quarantined, [])
      const agent = await createTestAgent(network.url)
      assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 3n)
      await network.stop()
      assert.equal(((await outcomeIn(state)) as {outcome: {kind: string}}).outcome.kind, 'reply')
    })

  it('is executed without the message after two, whose caller learns of it, and replays obey', async () => {
    const state = await stateAfter(2)
    const network = await startNode(state)
    assert.deepEqual(network.node.report.quarantined, [{height: culpritHeight, id: culprit, text: `request 0x${culprit}`}])
    const agent = await createTestAgent(network.url)
    assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 2n)
    cpSync(state, `${state}-killed`, {recursive: true})
    await network.stop()
    const {outcome} = (await outcomeIn(state)) as {outcome: {kind: string; errorCode: string; message: string}}
    assert.deepEqual([outcome.kind, outcome.errorCode], ['reject', 'IC0502'])
    assert.match(outcome.message, /: The process of the network ended each time it executed this message, so it is not executed\./)
    // The height has a root now, of the state without the message: it is no longer an attempt.
    const again = await startNode(`${state}-killed`)
    assert.deepEqual(again.node.report.quarantined, [])
    await again.stop()
    const report = await replay({stateFolder: state, from: undefined, to: undefined, trace: false}, () => {})
    assert.deepEqual([report.baseHeight, report.compared], [0, report.toHeight])
  })

  it('needs to know the message: without a note it is executed again', async () => {
    const state = await stateAfter(3)
    writeFileSync(join(state, 'executing'), '{"height":')
    const network = await startNode(state)
    assert.deepEqual(network.node.report.quarantined, [])
    await network.stop()
  })
})
