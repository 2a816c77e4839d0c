/**
 * Log, checkpoints and a whole node on a disk that loses, tears, reorders and refuses, over thousands of seeds: never a wrong state, always the right
 * one or a clear error. `FIRST_SEED` moves the seeds; each suite ends after its time even if seeds are left.
 */

import assert from 'node:assert/strict'
import {live} from '../sim/one-node-lives.js'
import {survive as surviveCheckpoints} from '../unit/replica/store/checkpoint-lives.js'
import type {Faults} from '../unit/replica/store/faulty-fs.js'
import {survive as surviveLogs} from '../unit/replica/store/log-lives.js'

const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1_000)
const SUITE_MS = 90_000

const faultsOf = (seed: number): Faults => {
  if (seed % 3 === 0) return {shortWrites: 0.3}
  return seed % 3 === 1 ? {failSync: 1 + (seed % 11)} : {failWrite: 1 + (seed % 17)}
}

describe('the store on a bad disk, over thousands of seeds', function () {
  this.timeout(2 * SUITE_MS)

  for (const {what, seeds, run} of [
    {what: 'the log', seeds: 8_000, run: (seed: number) => surviveLogs(seed, faultsOf(seed))},
    {what: 'checkpoints', seeds: 2_000, run: (seed: number) => surviveCheckpoints(seed, faultsOf(seed))},
    {what: 'a node with both', seeds: 2_000, run: (seed: number) => live(seed)},
  ])
    it(`${what} keeps its promises`, async () => {
      const end = Date.now() + SUITE_MS
      let seed = FIRST_SEED
      for (; seed < FIRST_SEED + seeds && Date.now() < end; seed++)
        await run(seed).catch((error: Error) => assert.fail(`${what}, seed ${seed}: ${error.stack}`))
      console.log(`    ${what}: ${seed - FIRST_SEED} seeds`)
    })
})
