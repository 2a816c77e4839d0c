import assert from 'node:assert/strict'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {type ReplayRequest, replay} from '../../../../src/replica/node/replay.js'
import {ReplicaNode} from '../../../../src/replica/node/replica-node.js'
import {BatchLog} from '../../../../src/replica/store/batch-log.js'
import {createCanister, createTestAgent, installCode, update} from '../../../support/agent-client.js'
import {counterWasm} from '../../../support/counter-wasm.js'
import {removeFolder, temporaryFolder} from '../../../support/local-network.js'
import {startNode} from '../../../support/node-in-process.js'

const whole = (stateFolder: string): ReplayRequest => ({stateFolder, from: undefined, to: undefined, trace: false})
const ignore = (): void => {}

describe('replay', () => {
  const folder = temporaryFolder()
  const killed = `${folder}/killed`
  after(() => removeFolder(folder))

  before(async () => {
    const network = await startNode(`${folder}/live`)
    const agent = await createTestAgent(network.url)
    const counter = await createCanister(agent)
    await installCode(agent, counter, counterWasm)
    for (let i = 0; i < 3; i++) await update(agent, counter, 'inc', new Uint8Array())
    cpSync(`${folder}/live`, killed, {recursive: true})
    await network.stop()
  })

  /** A copy of the killed state with more in its log. */
  async function withRecord(name: string, append: (log: BatchLog, lastHeight: number) => Promise<void>): Promise<string> {
    const state = `${folder}/${name}`
    cpSync(killed, state, {recursive: true})
    const log = await BatchLog.open(join(state, 'log'), {programVersion: '0.0.1', checkpointHeight: 0})
    let last = 0
    for await (const {height} of log.readTail()) last = height
    await append(log, last)
    await log.close()
    return state
  }

  it('gives the certified roots', async () => {
    const {baseHeight, toHeight, compared} = await replay(whole(`${folder}/live`), ignore)
    assert.deepEqual([baseHeight, compared], [0, toHeight])
  })

  it('catches the planted bug: a root that is another one', async () => {
    const state = await withRecord('diverged', (log) =>
      log.appendRoot({height: 3, rootHash: new Uint8Array(32).fill(7), signature: new Uint8Array(48)}),
    )
    await assert.rejects(replay(whole(state), ignore), {code: 'REPLAY_DIVERGED', height: 3})
    await assert.rejects(startNode(state), {code: 'REPLAY_DIVERGED'})
  })

  it('refuses a block in another format, in a sentence with a way out', async () => {
    const state = await withRecord('old', (log, last) =>
      log.appendBatch({height: last + 1, block: Uint8Array.of(1, 2, 3), randomness: new Uint8Array(32)}),
    )
    await assert.rejects(startNode(state), (error: {code: string; message: string; hints: string[]}) => {
      assert.equal(error.code, 'BLOCK_UNREADABLE')
      assert.match(error.message, /^The block of height \d+, written by icicle 0\.0\.1, is not in the format of this icicle\.$/)
      assert.equal(error.hints.length, 2)
      return true
    })
  })

  it('goes back as far as the budget lets it, and says so', async () => {
    const state = `${folder}/small`
    cpSync(killed, state, {recursive: true})
    for (let life = 0; life < 2; life++) {
      const node = await ReplicaNode.start({
        stateFolder: state,
        version: 'test',
        nowNs: () => BigInt(Date.now()) * 1_000_000n,
        historyBytes: 0,
        onFailure: (error) => assert.fail(String(error)),
      })
      await node.stop()
    }
    const report = await replay(whole(state), ignore)
    assert.ok(report.baseHeight > 0)
    await assert.rejects(replay({...whole(state), from: 1}, ignore), {code: 'HISTORY_TOO_SHORT', oldest: report.baseHeight + 1})
  })

  it('needs a state', () => assert.rejects(replay(whole(`${folder}/none`), ignore), {code: 'STATE_MISSING'}))
})
