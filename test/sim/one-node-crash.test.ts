/** One node with its log and checkpoints on a disk that loses, tears and reorders what was not synced: no reply that a client saw is undone. */

import assert from 'node:assert/strict'
import {live} from './one-node-lives.js'

describe('one node whose power fails', function () {
  this.timeout(120_000)

  it('keeps every reply that a client saw, and replays to the same roots', async () => {
    for (let seed = 0; seed < 60; seed++) await live(seed).catch((error: Error) => assert.fail(`seed ${seed}: ${error.stack}`))
  })

  it('is caught when it answers before its log is synced', async () => {
    const outcomes = await Promise.allSettled(Array.from({length: 15}, (_, seed) => live(seed, {lyingSync: true})))
    assert.ok(outcomes.some(({status}) => status === 'rejected'))
  })
})
