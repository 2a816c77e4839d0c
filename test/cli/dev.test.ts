/** `icicle dev`: the shipped program watches a project while somebody edits it. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {noteUse} from '../support/program-uses.js'
import {repositoryRoot} from '../support/repository-root.js'
import {User} from '../support/user.js'

const MAIN = (greeting: string) => `actor {
  stable var count : Nat = 0;
  public func hit() : async Nat { count += 1; count };
  public query func greet() : async Text { "${greeting}" };
};
`

describe('dev', function () {
  this.timeout(120_000)
  const user = new User()
  const main = join(user.work, 'shop', 'main.mo')

  before(() => {
    mkdirSync(join(user.work, 'shop'))
    writeFileSync(main, MAIN('one'))
    const json = {canisters: {shop: {main: 'main.mo'}}, output_env_file: '.env', networks: {local: {bind: '127.0.0.1:0'}}}
    writeFileSync(join(user.work, 'shop', 'dfx.json'), JSON.stringify(json))
  })
  let running: ChildProcess | undefined

  after(() => {
    running?.kill('SIGKILL')
    user.run('shop', 'stop')
    user.leave()
  })

  it('starts the network, upgrades at each change with the state kept, survives an error, ends at Ctrl-C', async () => {
    noteUse(['dev', '--debounce', '50'])
    const child = spawn(process.execPath, [join(repositoryRoot, 'bin', 'run.js'), 'dev', '--debounce', '50'], {
      cwd: join(user.work, 'shop'),
      env: {PATH: process.env.PATH, HOME: user.home},
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const exited = once(child, 'exit')
    running = child
    let read = 0
    /** Waits for words after those that were waited for before. */
    const says = async (pattern: RegExp): Promise<void> => {
      for (;;) {
        const match = pattern.exec(said.slice(read))
        if (match) {
          read += match.index + match[0].length
          return
        }
        if (child.exitCode !== null) assert.fail(`it ended: ${said}`)
        await Promise.race([once(child.stderr, 'data'), exited])
      }
    }
    await says(/Installed code for canister shop[\s\S]*Watching for changes/)
    assert.equal(user.succeed('shop', 'canister', 'call', 'shop', 'hit'), '(1 : nat)\n')
    writeFileSync(main, MAIN('two'))
    await says(/Changed: main\.mo[\s\S]*Upgraded code for canister shop[\s\S]*Watching for changes/)
    assert.equal(user.succeed('shop', 'canister', 'call', 'shop', 'greet'), '("two")\n')
    assert.equal(user.succeed('shop', 'canister', 'call', 'shop', 'hit'), '(2 : nat)\n')
    writeFileSync(main, 'actor { oops')
    await says(/Changed: main\.mo[\s\S]*main\.mo:1:.*syntax error/)
    writeFileSync(main, MAIN('three'))
    await says(/Upgraded code for canister shop[\s\S]*Watching for changes/)
    assert.equal(user.succeed('shop', 'canister', 'call', 'shop', 'greet'), '("three")\n')
    // Planted: what deploying writes itself (.env, .dfx) must not deploy again.
    assert.doesNotMatch(said, /Changed: .*(\.env|\.dfx)/)
    child.kill('SIGINT')
    assert.equal((await exited)[0], 0, said)
    assert.doesNotMatch(said, /\n\s+at /)
  })
})
