/** Snapshots and time of the local network, through the shipped program. Needs a fresh `dist` (`node bin/build.js`). */

import assert from 'node:assert/strict'
import {readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {HttpAgent} from '@dfinity/agent'
import {toHex} from '../../src/base/bytes.js'
import {principalToText} from '../../src/protocol/principal.js'
import {createCanister, createTestAgent, installCode, update} from '../support/agent-client.js'
import {counterWasm, readCounter} from '../support/counter-wasm.js'
import {replayState} from '../support/replay-state.js'
import {User} from '../support/user.js'

const NOTHING = new Uint8Array()

describe('snapshots and time of the local network', function () {
  this.timeout(120_000)
  const user = new User()
  let counter = ''
  const url = `http://127.0.0.1:${user.port}`
  const network = join(user.home, '.local', 'share', 'dfx', 'network', 'local')
  after(() => {
    user.run('', 'stop')
    replayState(join(network, 'icicle'))
    user.leave()
  })

  /** The first request after a restart may go to a connection of the process before. */
  const connect = (): Promise<HttpAgent> => createTestAgent(url).catch(() => createTestAgent(url))
  const startAndKey = async (...options: readonly string[]): Promise<[string, string]> => {
    const {stderr} = user.run('', 'start', '--background', ...options)
    return [stderr, toHex((await connect()).rootKey!)]
  }
  const canisterText = (): string => principalToText(counter as never)
  const increase = async (canister: string): Promise<bigint> =>
    readCounter(await update(await connect(), canister as never, 'inc', NOTHING))

  it('saves a running network and brings it back, with its ids and its key', async () => {
    user.succeed('', 'start', '--background')
    const agent = await connect()
    counter = await createCanister(agent)
    await installCode(agent, counter as never, counterWasm)
    for (let i = 0; i < 2; i++) await increase(counter)
    assert.equal(user.succeed('', 'network', 'snapshot', 'create', 'two'), "Snapshot 'two' is taken.\n")
    assert.equal(await increase(counter), 3n)
    assert.match(user.succeed('', 'replay', '--check'), /^Heights 1 to \d+ give the states that were certified \(\d+ roots compared\)\.\n$/)
    const trace = user.succeed('', 'replay', '--trace')
    assert.match(trace, new RegExp(`^\\d+  ingress inc  \\S+ -> ${canisterText()}  0 cycles  \\d+ instructions  replied$`, 'm'))
    assert.match(trace, /^Began from genesis; \d+ instructions\.$/m)
    assert.match(user.run('', 'replay', '--from', '99999').stdout, /There is nothing to replay/)
    assert.match(user.run('', 'network', 'snapshot', 'create', 'two').stderr, /There is a snapshot 'two' already/)
    assert.match(user.run('', 'network', 'snapshot', 'restore', 'two').stderr, /is in use by process \d+/)
    user.succeed('', 'stop')
    user.succeed('', 'network', 'snapshot', 'create', 'three')
    user.succeed('', 'start', '--background', '--clean')
    assert.notDeepEqual((await connect()).rootKey, agent.rootKey)
    user.succeed('', 'stop')
    for (const [name, next] of [
      ['two', 3n],
      ['three', 4n],
      ['two', 3n],
    ] as const) {
      assert.match(user.succeed('', 'network', 'snapshot', 'restore', name), /^The network is as it was in snapshot/)
      user.succeed('', 'start', '--background')
      assert.deepEqual((await connect()).rootKey, agent.rootKey)
      assert.equal(await increase(counter), next)
      user.succeed('', 'stop')
    }
    assert.match(user.succeed('', 'network', 'snapshot', 'list'), /^\S+Z {2}three\n\S+Z {2}two\n$/)
    user.succeed('', 'network', 'snapshot', 'delete', 'three')
    assert.match(user.run('', 'network', 'snapshot', 'restore', 'three').stderr, /There is no snapshot 'three'.*Known: two/s)
    assert.match(user.run('', 'network', 'snapshot', 'create', '../x').stderr, /cannot name a snapshot/)
  })

  it('moves time ahead, over a restart', async () => {
    assert.match(user.run('', 'network', 'time', 'advance', '3d').stderr, /is not running/)
    user.succeed('', 'start', '--background')
    assert.match(user.run('', 'network', 'time', 'advance', 'soon').stderr, /'soon' is not a duration/)
    const days = (): number => {
      const {now} = JSON.parse(user.succeed('', 'network', 'time', 'advance', '1s', '--json')) as {now: string}
      return (Date.parse(now) - Date.now()) / 86_400_000
    }
    user.succeed('', 'network', 'time', 'advance', '3d')
    assert.ok(Math.abs(days() - 3) < 0.01)
    // An agent whose clock is the machine's finds its way.
    const agent = await connect()
    await createCanister(agent)
    assert.match(user.succeed('', 'canister', 'call', canisterText(), 'inc', '--output', 'raw'), /^[0-9a-f]{16}\n$/)
    user.succeed('', 'stop')
    user.succeed('', 'start', '--background')
    assert.ok(Math.abs(days() - 3) < 0.01)
  })

  it('keeps the state of other options aside, and says what --clean deletes', async () => {
    user.succeed('', 'stop')
    const plain = (await startAndKey())[1]
    user.succeed('', 'stop')
    const [switched, other] = await startAndKey('--system-canisters')
    assert.match(switched, /is kept in .*aside.plain: 'icicle start' brings it back/)
    user.succeed('', 'stop')
    const [back, again] = await startAndKey()
    assert.match(back, /aside.system-canisters: 'icicle start --system-canisters' brings it back/)
    assert.deepEqual([again === plain, other === plain], [true, false])
    user.succeed('', 'stop')
    assert.equal((await startAndKey('--system-canisters'))[1], other)
    user.succeed('', 'stop')
    assert.match((await startAndKey('--clean'))[0], /^Deleted .*local.icicle$/m)
  })

  it('takes what its owner asks from nobody else', async () => {
    const token = join(network, 'icicle', 'admin-token')
    assert.equal(statSync(token).mode & 0o777, 0o600)
    const ask = async (headers: Record<string, string>, method = 'POST'): Promise<number> =>
      (await fetch(`${url}/_/icicle/advance-time`, {method, headers, ...(method === 'POST' && {body: '{"byNs":"1"}'})})).status
    const authorization = `Bearer ${readFileSync(token, 'utf8')}`
    assert.equal(await ask({authorization}), 200)
    assert.equal(await ask({}), 401)
    assert.equal(await ask({authorization: `${authorization.slice(0, -1)}g`}), 401)
    assert.equal(await ask({authorization, origin: url}), 403)
    assert.equal(await ask({authorization}, 'GET'), 405)
  })
})
