/** The shipped program against a network in memory, as a script would drive it. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {execa} from 'execa'
import {packageRoot} from '../../src/io/program.js'
import {noteUse} from '../support/program-uses.js'
import {useTemporaryFolder} from '../support/temporary-folder.js'
import {FakeNetwork} from '../unit/agent/fake-network.js'

describe('the program and a network', () => {
  const folder = useTemporaryFolder()
  const network = new FakeNetwork()
  let url = ''

  before(async () => {
    url = await network.start()
  })
  after(() => network.stop())
  beforeEach(() => {
    network.canisters.clear()
    mkdirSync(join(folder.path, 'src'))
    writeFileSync(join(folder.path, 'dfx.json'), JSON.stringify({output_env_file: '.env', canisters: {app: {main: 'src/main.mo'}}}))
    writeFileSync(
      join(folder.path, 'src/main.mo'),
      'actor { public query func greet(name : Text) : async Text { "Hello, " # name # "!" } }',
    )
  })

  const run = async (...args: readonly string[]) => {
    noteUse(args)
    const {exitCode, stdout, stderr} = await execa(process.execPath, [join(packageRoot(), 'bin', 'run.js'), ...args], {
      cwd: join(folder.path, 'src'),
      reject: false,
      input: '',
      timeout: 60_000,
      env: {HOME: folder.path, DFX_NETWORK: url, DFX_DISABLE_QUERY_VERIFICATION: '1'},
    })
    return {exitCode, stdout, stderr}
  }

  it('deploys from any folder of the project, with every word on standard error', async () => {
    const first = await run('deploy')
    assert.deepEqual([first.exitCode, first.stdout], [0, ''])
    assert.match(first.stderr, /app canister created on network http:.* with canister id: rrkah-fqaaa-aaaaa-aaaaq-cai\n/)
    assert.match(first.stderr, /^Installed code for canister app, with canister ID rrkah-fqaaa-aaaaa-aaaaq-cai$/m)
    assert.match(first.stderr, /^ {4}app: .*id=rrkah-fqaaa-aaaaa-aaaaq-cai$/m)
    assert.match(readFileSync(join(folder.path, '.env'), 'utf8'), /^CANISTER_ID_APP='rrkah-fqaaa-aaaaa-aaaaq-cai'$/m)

    const again = await run('deploy')
    assert.match(again.stderr, /^Module hash [0-9a-f]{64} is already installed\.$/m)

    assert.deepEqual(await run('canister', 'id', 'app'), {exitCode: 0, stdout: 'rrkah-fqaaa-aaaaa-aaaaq-cai', stderr: ''})
    assert.equal((await run('canister', 'call', 'app', 'greet', 'you')).stdout, '("you")')
    assert.match((await run('canister', 'info', 'app')).stdout, /^Controllers: .*\nModule hash: 0x[0-9a-f]{64}$/)
    assert.match((await run('canister', 'metadata', 'app', 'candid:service')).stdout, /^service : \{\n {2}greet/)
    assert.deepEqual(JSON.parse((await run('canister', 'id', 'app', '--json')).stdout), {id: 'rrkah-fqaaa-aaaaa-aaaaq-cai'})
  })

  it('shows a compiler error with its place, and exits with 255', async () => {
    writeFileSync(join(folder.path, 'src/main.mo'), 'actor { public func f() : async Nat { "a" } }')
    const {exitCode, stdout, stderr} = await run('build', '--check')
    assert.deepEqual([exitCode, stdout], [255, ''])
    assert.match(stderr, /^src\/main\.mo:1:39: type error \[M0050\], literal of type/m)
    assert.match(stderr, /^ {2}1 \| actor .*\n {4}\| {39}\^\^\^$/m)
  })

  it('plans without a network', async () =>
    assert.deepEqual(await run('deploy', '--dry-run', '--network', 'http://127.0.0.1:9'), {
      exitCode: 0,
      stdout: 'Plan for network http://127.0.0.1:9:\n  create app\n  build app\n  install or upgrade app',
      stderr: '',
    }))

  for (const {line, message} of [
    {line: ['canister', 'id', 'app'], message: /^Error: Cannot find canister id\. Please issue 'icicle canister create app --network http/},
    {line: ['canister', 'install', 'app'], message: /^Error: Cannot find canister id/},
    {line: ['canister', 'call', 'nobody', 'greet'], message: /^Error: 'nobody' is neither a canister of this project nor a canister id\./},
    {line: ['deploy', 'nobody'], message: /^Error: Canister 'nobody' is not in dfx\.json\./},
    {line: ['deploy', '--network', 'http://127.0.0.1:9'], message: /^Error: Cannot connect to the network at http:\/\/127\.0\.0\.1:9\./m},
    {line: ['deploy', '--mode', 'reinstall'], message: /^Error: The --mode=reinstall is only valid when deploying a single canister/},
  ])
    it(`explains what is wrong with '${line.join(' ')}'`, async () => {
      const {exitCode, stderr} = await run(...line)
      assert.equal(exitCode, 255)
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /\n\s+at /)
    })

  for (const line of [
    ['canister', 'stop'],
    ['canister', 'stop', 'app', '--all'],
    ['canister', 'create', '--all', '--specified-id', 'aaaaa-aa'],
    ['canister', 'call', 'app'],
  ])
    it(`takes '${line.join(' ')}' for a mistake in the line`, async () => assert.equal((await run(...line)).exitCode, 2))
})
