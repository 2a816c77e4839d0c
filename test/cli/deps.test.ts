/** `deps` and `remote`: a project that uses the canister of another, over two real local networks. */

import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {execa} from 'execa'
import {noteUse} from '../support/program-uses.js'
import {repositoryRoot} from '../support/repository-root.js'
import {User} from '../support/user.js'

describe('pull dependencies', function () {
  this.timeout(120_000)
  const user = new User()
  const path = (...parts: readonly string[]): string => join(user.work, ...parts)
  const network = {local: {bind: '127.0.0.1:0'}}
  let server: Server
  let served = new Uint8Array()
  let id = ''

  /** Not in the way of the web server of this test, as a synchronous run would be. */
  const run = async (folder: string, ...args: readonly string[]) => {
    noteUse(args)
    const {exitCode, stdout, stderr} = await execa(process.execPath, [join(repositoryRoot, 'bin', 'run.js'), ...args], {
      cwd: path(folder),
      reject: false,
      input: '',
      timeout: 60_000,
      extendEnv: false,
      env: {PATH: process.env.PATH, HOME: user.home},
    })
    return {exitCode, stdout, stderr}
  }
  const ok = async (folder: string, ...args: readonly string[]) => {
    const outcome = await run(folder, ...args)
    assert.equal(outcome.exitCode, 0, outcome.stderr)
    return outcome
  }

  before(async () => {
    server = createServer((_request, response) => response.end(served))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lib.wasm`
    for (const folder of ['maker', 'user']) mkdirSync(path(folder))
    writeFileSync(path('maker', 'lib.mo'), 'actor class Lib(start : Nat) { public query func get() : async Nat { start } }')
    const pullable = {wasm_url: url, dependencies: [], init_guide: 'Give it a number.'}
    writeFileSync(
      path('maker', 'dfx.json'),
      JSON.stringify({canisters: {lib: {main: 'lib.mo', init_arg: '(7)', pullable}}, networks: network}),
    )
    await ok('maker', 'start', '--background')
    await ok('maker', 'deploy', 'lib', '--specified-id', 'qoctq-giaaa-aaaaa-aaaea-cai')
    id = (await ok('maker', 'canister', 'id', 'lib')).stdout
    const url2 = `http://127.0.0.1:${(await ok('maker', 'info', 'webserver-port')).stdout}`
    served = readFileSync(path('maker', '.dfx', 'local', 'canisters', 'lib', 'lib.wasm'))
    const remote = {candid: 'lib.did', id: {elsewhere: id}}
    const canisters = {lib: {type: 'pull', id}, far: {type: 'motoko', main: 'far.mo', remote}}
    writeFileSync(path('user', 'dfx.json'), JSON.stringify({canisters, networks: {...network, maker: {providers: [url2]}}}))
    writeFileSync(path('user', 'lib.did'), 'service : { get : () -> (nat) query }')
  })
  after(async () => {
    for (const folder of ['maker', 'user']) await run(folder, 'stop')
    await new Promise((resolve) => server.close(resolve))
    user.leave()
  })

  it('tell what comes first', async () => {
    assert.match((await run('user', 'deps', 'init')).stderr, /^Error: Failed to read pulled\.json\.\nTo fix: Please run `deps pull`\./)
    const none = await ok('maker', 'deps', 'pull', '--network', 'local')
    assert.match(none.stderr, /There are no pull dependencies defined in dfx\.json/)
  })

  it('refuse a module that is not the one of the canister (planted)', async () => {
    const good = served
    served = Uint8Array.from([...good, 0, 1, 0])
    assert.match((await run('user', 'deps', 'pull', '--network', 'maker')).stderr, /Hash mismatch/)
    served = good
  })

  it('are pulled, initialized and deployed at the same id', async () => {
    const {stderr} = await ok('user', 'deps', 'pull', '--network', 'maker')
    assert.match(stderr, /^Fetching dependencies of canister .*\.\.\.\nFound 1 dependencies:\n.*\nPulling canister .*\.\.\.$/m)
    const pulled = JSON.parse(readFileSync(path('user', 'deps', 'pulled.json'), 'utf8')).canisters[id]
    assert.deepEqual([pulled.name, pulled.candid_args, pulled.gzip, pulled.init_guide], ['lib', '(nat)', false, 'Give it a number.'])
    assert.ok(existsSync(path('user', 'deps', 'candid', `${id}.did`)))
    assert.match((await run('user', 'deps', 'init')).stderr, /require an init argument[\s\S]*\(lib\)/)
    assert.match((await run('user', 'deps', 'deploy')).stderr, /Failed to read init\.json|Cannot connect|Failed to find/)
    await ok('user', 'deps', 'init', 'lib', '--argument', '(9)')
    assert.equal(JSON.parse(readFileSync(path('user', 'deps', 'init.json'), 'utf8')).canisters[id].arg_str, '(9)')
    await ok('user', 'start', '--background')
    const deployed = await ok('user', 'deps', 'deploy')
    assert.match(deployed.stderr, new RegExp(`^Creating canister: ${id} \\(lib\\)\nInstalling canister: ${id} \\(lib\\)$`, 'm'))
    assert.equal((await ok('user', 'canister', 'call', 'lib', 'get')).stdout, '(9 : nat)')
    assert.equal((await ok('user', 'canister', 'id', 'lib')).stdout, id)
    assert.match((await run('user', 'deps', 'deploy', 'nobody')).stderr, /Failed to find nobody in pulled\.json/)
  })

  it('of another kind: remote canisters get their binding once', async () => {
    await ok('user', 'remote', 'generate-binding', 'far')
    assert.match(readFileSync(path('user', 'far.mo'), 'utf8'), /get : shared query \(\) -> async Nat/)
    writeFileSync(path('user', 'far.mo'), 'mine')
    assert.match((await ok('user', 'remote', 'generate-binding', '--all')).stderr, /already exists/)
    assert.equal(readFileSync(path('user', 'far.mo'), 'utf8'), 'mine')
    await ok('user', 'remote', 'generate-binding', 'far', '--overwrite')
    assert.notEqual(readFileSync(path('user', 'far.mo'), 'utf8'), 'mine')
    assert.match((await run('user', 'canister', 'create', 'far', '--network', 'elsewhere')).stderr, /Network not found/)
  })
})
