/** The whole way with the real local network: start, deploy, call, upgrade, lifecycle, stop. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {execa} from 'execa'
import {packageRoot} from '../../src/io/program.js'
import {noteUse} from '../support/program-uses.js'

const COUNTER = `import Debug "mo:base/Debug";
actor class Counter(start : Nat) {
  stable var count = start;
  public query func get() : async Nat { count };
  public func add(n : Nat) : async Nat { Debug.print("add " # debug_show n); count += n; count };
  public func fail() : async () { assert false };
}
`
const CALLER = 'import Counter "canister:counter"; actor { public func double() : async Nat { await Counter.add(await Counter.get()) } }'

describe('the program and its own network', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'icicle-local-')))
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
  const run = async (...args: readonly string[]) => {
    noteUse(args)
    const {exitCode, stdout, stderr} = await execa(process.execPath, [join(packageRoot(), 'bin', 'run.js'), ...args], {
      cwd: root,
      reject: false,
      input: '',
      timeout: 120_000,
      env: {HOME: join(root, 'home')},
    })
    return {exitCode, stdout, stderr}
  }
  const output = async (...args: readonly string[]): Promise<string> => {
    const {exitCode, stdout, stderr} = await run(...args)
    assert.equal(exitCode, 0, stderr)
    return stdout
  }

  before(async () => {
    mkdirSync(join(root, 'home'))
    const canisters = {counter: {main: 'counter.mo', init_arg: '(7)'}, caller: {main: 'caller.mo'}}
    write('dfx.json', JSON.stringify({canisters, networks: {local: {bind: '127.0.0.1:0'}}}))
    write('counter.mo', COUNTER)
    write('caller.mo', CALLER)
    await output('start', '--background')
    await output('deploy')
  })
  after(async () => {
    await run('stop')
    rmSync(root, {recursive: true, force: true})
  })

  it('answers queries, updates and calls between canisters, with certificates and node signatures verified', async () => {
    assert.equal(await output('canister', 'call', 'counter', 'get'), '(7 : nat)')
    assert.equal(await output('canister', 'call', 'counter', 'add', '1'), '(8 : nat)')
    assert.equal(await output('canister', 'call', 'caller', 'double', '--output', 'raw'), '4449444c00017d10')
    assert.match(await output('canister', 'logs', 'counter'), /^\[0\. .*\]: add 1\n\[1\. .*\]: add 8$/)
  })

  it('keeps the state over an upgrade, and loses it with a reinstallation', async () => {
    const before = await output('canister', 'call', 'counter', 'get')
    write(
      'counter.mo',
      COUNTER.replace('public query func get()', 'public query func version() : async Nat { 2 };\n  public query func get()'),
    )
    await output('deploy')
    assert.equal(await output('canister', 'call', 'counter', 'version'), '(2 : nat)')
    assert.equal(await output('canister', 'call', 'counter', 'get'), before)
    await output('deploy', 'counter', '--mode', 'reinstall', '--yes')
    assert.equal(await output('canister', 'call', 'counter', 'get'), '(7 : nat)')
  })

  it('tells traps and stopped canisters by their codes', async () => {
    assert.match(
      (await run('canister', 'call', 'counter', 'fail')).stderr,
      /assertion failed at .*counter\.mo:.* error code Some\("IC0503"\)/s,
    )
    await output('canister', 'stop', 'counter')
    assert.match((await run('canister', 'call', 'counter', 'add', '1')).stderr, /is stopped, error code Some\("IC0508"\)/)
    await output('canister', 'start', 'counter')
    assert.match(await output('canister', 'status', 'counter'), /^Canister status call result for counter\.\nStatus: Running\n/)
  })

  it('refuses to act for somebody else', async () => {
    assert.match(
      (await run('canister', 'metadata', 'counter', 'motoko:stable-types', '--identity', 'anonymous')).stderr,
      /^Error: Canister 'counter' has no metadata/,
    )
    assert.match(await output('canister', 'metadata', 'counter', 'motoko:stable-types'), /stable var count/)
    const {exitCode, stderr} = await run('canister', 'stop', 'counter', '--identity', 'anonymous')
    assert.equal(exitCode, 255)
    assert.match(stderr, /error code Some\("IC0512"\)\nTo fix: Only controllers may do this/)
  })

  it('leaves an unchanged project alone', async () => {
    const {stderr} = await run('deploy')
    assert.equal(stderr.match(/^Module hash [0-9a-f]{64} is already installed\.$/gm)?.length, 2)
  })
})
