import assert from 'node:assert/strict'
import {after, before, describe, it} from 'node:test'
import {startNetwork} from 'icicle/testing'

describe('__frontend__', () => {
  let network

  before(async () => {
    network = await startNetwork()
    await network.deploy('__frontend__')
  })
  after(() => network.stop())

  it('is served by its canister, with the code it needs', async () => {
    const page = await network.fetch('__frontend__', '/')
    assert.equal(page.status, 200)
    const html = await page.text()
    assert.match(html, /<title>__project__<\/title>/)
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(html)
    const code = await network.fetch('__frontend__', script)
    assert.match(code.headers.get('content-type'), /javascript/)
    assert.match(await code.text(), /increment/)
  })
})
