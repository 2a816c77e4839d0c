import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {User} from '../support/user.js'

/** A process to which a signal can be sent is alive; one that ended, and was reaped, is not. */
async function waitUntilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the main job, as a user types it', function () {
  this.timeout(120_000)
  const user = new User()
  const project = 'hello'

  after(() => user.leave())

  it('scaffolds a Motoko project', () => {
    user.succeed('', 'new', project, '--type', 'motoko', '--no-frontend')
    assert.equal(JSON.parse(readFileSync(join(user.work, project, 'dfx.json'), 'utf8')).canisters.hello_backend.type, 'motoko')
  })

  it('says what to type when no network runs', () => {
    const outcome = user.run(project, 'deploy')
    assert.equal(outcome.exitCode, 255)
    assert.match(outcome.stderr, /icicle start --background/)
    assert.doesNotMatch(outcome.stderr, /\n\s+at /)
  })

  it('starts the network and deploys', () => {
    user.succeed(project, 'start', '--background')
    const {stderr, stdout, exitCode} = user.run(project, 'deploy')
    assert.equal(exitCode, 0, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /hello_backend canister created with canister id: /)
    assert.match(stderr, /Deployed canisters\./)
    assert.match(stderr, /hello_backend: http:\/\//)
  })

  it('calls a query and an update', () => {
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'greet', 'world'), '("Hello, world!")\n')
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'increment'), '(1 : nat)\n')
  })

  it('tops up and shows the status', () => {
    const balance = (): bigint => {
      const text = user.succeed(project, 'canister', 'status', 'hello_backend')
      assert.match(text, /^Status: Running$/m)
      return BigInt(/^Balance: ([\d_]+) Cycles$/m.exec(text)![1]!.replaceAll('_', ''))
    }
    const before = balance()
    user.succeed(project, 'cycles', 'top-up', 'hello_backend', '2T')
    const gained = balance() - before
    assert.ok(gained > 1_990_000_000_000n && gained <= 2_000_000_000_000n, `gained ${gained}`)
  })

  it('does nothing when nothing changed', () => {
    const {stderr, exitCode} = user.run(project, 'deploy')
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /Module hash .* is already installed\./)
  })

  it('upgrades with the state kept', () => {
    const main = join(user.work, project, 'src', 'hello_backend', 'main.mo')
    writeFileSync(main, readFileSync(main, 'utf8').replace('Hello, ', 'Good day, '))
    const {stderr, exitCode} = user.run(project, 'deploy')
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /Upgraded code for canister hello_backend/)
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'greet', '("you")'), '("Good day, you!")\n')
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'increment'), '(2 : nat)\n')
  })

  it('keeps the state through stop and start', () => {
    const id = user.succeed(project, 'canister', 'id', 'hello_backend')
    user.succeed(project, 'stop')
    user.succeed(project, 'start', '--background')
    assert.equal(user.succeed(project, 'canister', 'id', 'hello_backend'), id)
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'increment'), '(3 : nat)\n')
  })

  it('keeps the state through kill -9', async () => {
    const pid = Number(user.succeed(project, 'ping').length > 0 ? readPid(user) : 0)
    process.kill(pid, 'SIGKILL')
    await waitUntilGone(pid)
    assert.equal(user.run(project, 'canister', 'call', 'hello_backend', 'increment').exitCode, 255)
    user.succeed(project, 'start', '--background')
    assert.equal(user.succeed(project, 'canister', 'call', 'hello_backend', 'increment'), '(4 : nat)\n')
  })

  describe('bad input gets one clear sentence, and changes nothing', () => {
    interface Mistake {
      readonly what: string
      readonly args: readonly string[]
      readonly exitCode: number
      readonly says: readonly RegExp[]
    }
    const mistakes: readonly Mistake[] = [
      {what: 'an unknown canister', args: ['canister', 'call', 'nobody', 'greet'], exitCode: 255, says: [/nobody/, /hello_backend/]},
      {what: 'an argument of another type', args: ['canister', 'call', 'hello_backend', 'greet', '(42)'], exitCode: 255, says: [/text/]},
      {what: 'an unknown method', args: ['canister', 'call', 'hello_backend', 'gret', '("x")'], exitCode: 255, says: [/gret/, /greet/]},
      {what: 'a bad amount', args: ['cycles', 'top-up', 'hello_backend', 'lots'], exitCode: 2, says: [/lots/]},
      {what: 'a second start', args: ['start', '--background'], exitCode: 255, says: [/already running/]},
    ]
    for (const {what, args, exitCode, says} of mistakes)
      it(what, () => {
        const before = user.snapshot(project)
        const outcome = user.run(project, ...args)
        assert.equal(outcome.exitCode, exitCode, outcome.stderr)
        for (const pattern of says) assert.match(outcome.stderr, pattern)
        assert.doesNotMatch(outcome.stderr, /\n\s+at /)
        assert.deepEqual(user.snapshot(project), before)
      })

    it('a Motoko error: file, line, column, and the line itself', () => {
      const main = join(user.work, project, 'src', 'hello_backend', 'main.mo')
      const source = readFileSync(main, 'utf8')
      writeFileSync(main, `${source.trimEnd().replace(/\};?$/, '')}  public func broken() : async Nat { "text" };\n};\n`)
      const outcome = user.run(project, 'deploy')
      writeFileSync(main, source)
      assert.equal(outcome.exitCode, 255)
      assert.match(outcome.stderr, /main\.mo:\d+[:.]\d+/)
      assert.match(outcome.stderr, /public func broken\(\) : async Nat \{ "text" \}/)
      assert.doesNotMatch(outcome.stderr, /\n\s+at /)
    })

    it('a broken dfx.json: every mistake with its path', () => {
      const file = join(user.work, project, 'dfx.json')
      const source = readFileSync(file, 'utf8')
      writeFileSync(file, JSON.stringify({canisters: {a: {type: 'motko', main: 3}, b: {type: 'rust', package: []}}}))
      const outcome = user.run(project, 'build')
      writeFileSync(file, source)
      assert.equal(outcome.exitCode, 255)
      for (const path of [/canisters\.a\.main/, /canisters\.b\.package/]) assert.match(outcome.stderr, path)
    })
  })

  describe('at the end', () => {
    it('names the process that holds the port', async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const {port} = server.address() as AddressInfo
      user.succeed(project, 'stop')
      const outcome = user.run(project, 'start', '--background', '--host', `127.0.0.1:${port}`)
      await new Promise((resolve) => server.close(resolve))
      assert.equal(outcome.exitCode, 255)
      assert.match(outcome.stderr, new RegExp(`${port}`))
      if (process.platform === 'linux') assert.match(outcome.stderr, new RegExp(`\\b${process.pid}\\b`))
    })

    it('stops quietly, also twice', () => {
      user.succeed(project, 'stop')
      assert.equal(user.run(project, 'stop').exitCode, 0)
    })
  })
})

function readPid(user: User): number {
  const folder = join(user.home, '.local', 'share', 'dfx', 'network', 'local')
  return Number(readFileSync(join(folder, 'pid'), 'utf8'))
}
