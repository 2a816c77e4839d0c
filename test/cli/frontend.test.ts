/** A project with a frontend, deployed by the shipped program to the shipped network, and seen through its gateway. */

import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {execa} from 'execa'
import {packageRoot} from '../../src/io/program.js'
import {type LocalNetwork, startLocalNetwork} from '../support/local-network.js'
import {noteUse} from '../support/program-uses.js'
import {useTemporaryFolder} from '../support/temporary-folder.js'

describe('the program and a frontend', () => {
  const folder = useTemporaryFolder()
  let network: LocalNetwork

  beforeEach(async () => {
    network = await startLocalNetwork(join(folder.path, 'state'))
    mkdirSync(join(folder.path, 'web'))
    writeFileSync(join(folder.path, 'web', 'index.html'), '<h1>one</h1>')
    writeFileSync(join(folder.path, 'dfx.json'), JSON.stringify({canisters: {site: {type: 'assets', source: ['web']}}}))
  })
  afterEach(() => network.stop())

  const run = async (...args: readonly string[]) => {
    noteUse(args)
    const {exitCode, stdout, stderr} = await execa(process.execPath, [join(packageRoot(), 'bin', 'run.js'), ...args], {
      cwd: folder.path,
      reject: false,
      input: '',
      timeout: 60_000,
      env: {HOME: folder.path, DFX_NETWORK: network.url},
    })
    return {exitCode, stdout, stderr}
  }
  const read = async (): Promise<string> =>
    (await fetch(`${network.url}/?canisterId=${(await run('canister', 'id', 'site')).stdout}`)).text()

  it('deploys it, follows a change, and leaves a proposal to others', async () => {
    const first = await run('deploy')
    assert.equal(first.exitCode, 0, first.stderr)
    assert.match(first.stderr, /^Uploading assets to asset canister\.\.\.$/m)
    assert.match(first.stderr, /^WARNING: This project does not define a security policy for any assets\.$/m)
    assert.equal(await read(), '<h1>one</h1>')

    writeFileSync(join(folder.path, 'web', 'index.html'), '<h1>two</h1>')
    const second = await run('deploy', '-v')
    assert.match(second.stderr, /is already installed\.$/m)
    assert.match(second.stderr, /^ {2}\/index\.html 1\/1 \(12 bytes\) sha [0-9a-f]{64}$/m)
    assert.equal(await read(), '<h1>two</h1>')

    writeFileSync(join(folder.path, 'web', 'index.html'), '<h1>three</h1>')
    const {stdout: evidence} = await run('deploy', 'site', '--compute-evidence')
    assert.match(evidence, /^[0-9a-f]{64}$/)
    const proposed = await run('deploy', 'site', '--by-proposal')
    assert.match(proposed.stderr, new RegExp(`^Proposed commit of batch \\d+ with evidence ${evidence}\\.`, 'm'))
    assert.equal(await read(), '<h1>two</h1>')
  })

  const mistakes = [
    {args: ['deploy', '--by-proposal'], message: /^Error: Assets can be prepared for one canister only\./m},
    {args: ['deploy', 'nobody', '--compute-evidence'], message: /^Error: Canister 'nobody' is not in dfx\.json\./m},
  ]
  for (const {args, message} of mistakes)
    it(`explains what is wrong with ${args.join(' ')}`, async () => {
      const {exitCode, stderr} = await run(...args)
      assert.equal(exitCode, 255)
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /^ {4}at /m)
    })
})
