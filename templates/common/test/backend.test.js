import assert from 'node:assert/strict'
import {after, before, describe, it} from 'node:test'
import {startNetwork} from 'icicle/testing'

describe('__backend__', () => {
  let network
  let backend

  before(async () => {
    network = await startNetwork()
    backend = await network.deploy('__backend__')
  })
  after(() => network.stop())

  it('greets', async () => {
    assert.equal(await backend.greet('world'), 'Hello, world!')
  })

  it('counts, and remembers the count through an upgrade', async () => {
    assert.equal(await backend.increment(), 1n)
    await network.upgrade('__backend__')
    assert.equal(await backend.get(), 1n)
    assert.equal(await backend.increment(), 2n)
  })
})
