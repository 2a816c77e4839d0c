/** `KILLS=200 node bin/test.js test/full/kill.test.ts`: kills at random moments under load; 40 unless told. The seed is printed. */

import {killAtRandom} from '../support/kill-at-random.js'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {seededRandom} from '../unit/replica/store/faulty-fs.js'

const KILLS = Number(process.env.KILLS ?? 40)

describe(`a network that is killed ${KILLS} times under load`, function () {
  this.timeout(60_000 + KILLS * 5_000)

  it('keeps every answer that a client has, executes nothing twice, and replays from genesis to the same', async () => {
    const folder = temporaryFolder()
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
    try {
      const {answered, heights} = await killAtRandom({stateFolder: folder, kills: KILLS, random: seededRandom(seed)})
      console.log(`    seed ${seed}: ${KILLS} kills, ${answered} messages, ${heights} heights`)
    } finally {
      removeFolder(folder)
    }
  })
})
