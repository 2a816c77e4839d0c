import assert from 'node:assert/strict'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {loadCheckpoint} from '../../../../src/replica/node/checkpoint.js'
import {CheckpointStore} from '../../../../src/replica/store/checkpoint-store.js'
import {createCanister, createTestAgent, installCode} from '../../../support/agent-client.js'
import {counterWasm} from '../../../support/counter-wasm.js'
import {removeFolder, temporaryFolder} from '../../../support/local-network.js'
import {startNode} from '../../../support/node-in-process.js'
import {ShiftedClock} from '../../../support/shifted-clock.js'

const DAY_MS = 86_400_000

describe('the time that a network is charged for', () => {
  const folder = temporaryFolder()
  const clock = new ShiftedClock()
  before(() => clock.install())
  after(() => {
    clock.restore()
    removeFolder(folder)
  })

  /** As the checkpoint has it. */
  async function cyclesOf(id: CanisterId, state = folder): Promise<bigint> {
    const store = await CheckpointStore.open(join(state, 'checkpoints'))
    const {cycles} = loadCheckpoint(store)!.state.canisters.get(id)!
    store.close()
    return cycles
  }

  it('is when it runs, idle or not, and not when it is stopped or was killed', async () => {
    const first = await startNode(folder)
    const agent = await createTestAgent(first.url)
    const canister = await createCanister(agent)
    await installCode(agent, canister, counterWasm)
    await first.stop()
    const atFirst = await cyclesOf(canister)

    // Idle for a day, then stopped: the last block charges the day.
    const second = await startNode(folder)
    clock.offsetMs += DAY_MS
    await second.stop()
    const dayLater = await cyclesOf(canister)
    const perDay = atFirst - dayLater
    assert.ok(perDay > 100_000n, `${perDay} for a day`)

    // Stopped for thirty days.
    clock.offsetMs += 30 * DAY_MS
    await (await startNode(folder)).stop()
    const afterPause = await cyclesOf(canister)
    assert.ok(dayLater - afterPause < perDay / 100n, `${dayLater - afterPause} for a pause of thirty days`)

    // Killed, found thirty days later: a copy of the folder is what a kill leaves behind.
    const killed = await startNode(folder)
    const copy = `${folder}-killed`
    try {
      cpSync(folder, copy, {recursive: true})
      await killed.stop()
      clock.offsetMs += 30 * DAY_MS
      await (await startNode(copy)).stop()
      const afterKill = await cyclesOf(canister, copy)
      assert.ok(afterPause - afterKill < perDay / 100n, `${afterPause - afterKill} for thirty days after a kill`)
    } finally {
      removeFolder(copy)
    }
  })
})
