/** A network that is killed in the middle of a long execution: the start goes on with it, and replays from genesis and from checkpoints agree. */

import assert from 'node:assert/strict'
import {op, program, push, reply} from '../spec/universal/program.js'
import {universalCanister} from '../spec/universal/universal-canister.js'
import {createCanister, createTestAgent, manage, update} from '../support/agent-client.js'
import {removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {replayState} from '../support/replay-state.js'

const LONG = program([...push(400_000_000), ...op('burn')], reply('long'))

describe('replays of long executions', function () {
  this.timeout(240_000)
  const folder = temporaryFolder()
  after(() => removeFolder(folder))

  it('agree, also when the process was killed or stopped in the middle of one', async () => {
    let network = await startLocalNetwork(folder)
    try {
      let agent = await createTestAgent(network.url)
      const canister = await createCanister(agent)
      // Its argument is a program: none.
      const install = {mode: {install: null}, canister_id: canister, wasm_module: universalCanister(), arg: new Uint8Array()}
      await manage(agent, 'install_code', {...install, sender_canister_version: []}, canister)
      for (const end of ['kill', 'stop'] as const) {
        const cut = update(agent, canister, 'update', LONG).catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        await network[end]()
        await cut
        network = await startLocalNetwork(folder)
        agent = await createTestAgent(network.url)
      }
      assert.equal(Buffer.from(await update(agent, canister, 'update', LONG)).toString(), 'long')
    } finally {
      await network.kill()
    }
    const {report} = replayState(folder)
    assert.deepEqual([report.baseHeight, report.compared], [0, report.toHeight])
    const last = report.checkpoints.at(-1)!
    assert.equal(replayState(folder, '--from', String(last + 1)).report.baseHeight, last)
  })
})
