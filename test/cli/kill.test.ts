/** A few kills at random moments under load; many of them are in test/full. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {readdirSync, statSync, truncateSync} from 'node:fs'
import {join} from 'node:path'
import {killAtRandom} from '../support/kill-at-random.js'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {seededRandom} from '../unit/replica/store/faulty-fs.js'

describe('a network that is killed under load', function () {
  this.timeout(120_000)
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('keeps every answer that a client has, executes nothing twice, and replays from genesis to the same', async () => {
    const {answered} = await killAtRandom({stateFolder: folder, kills: 4, random: seededRandom(Date.now())})
    assert.ok(answered > 10, `only ${answered} messages`)
  })

  it('is caught when it loses the end of its log', async () => {
    const loseEnd = (state: string): void => {
      const name = readdirSync(join(state, 'log'))
        .filter((each) => each.endsWith('.log'))
        .sort()
        .at(-1)!
      const file = join(state, 'log', name)
      truncateSync(file, Math.max(32, statSync(file).size - 20_000))
    }
    await assert.rejects(killAtRandom({stateFolder: folder, kills: 2, random: seededRandom(1), sabotage: loseEnd}))
  })
})
