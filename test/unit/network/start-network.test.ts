import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {isProcessAlive} from '../../../src/io/processes.js'
import {icicleVersion, packageRoot} from '../../../src/io/program.js'
import {cleanNetwork} from '../../../src/network/clean-network.js'
import {isHealthy, pingNetwork, pingUrl, waitUntilHealthy} from '../../../src/network/ping-network.js'
import {findRunningNetwork, networkUrl, recordRunningNetwork} from '../../../src/network/running-network.js'
import {serverLogPath} from '../../../src/network/server-log.js'
import {type StartOptions, startNetwork} from '../../../src/network/start-network.js'
import {stopNetwork} from '../../../src/network/stop-network.js'
import {type LocalNetwork, resolveNetwork} from '../../../src/project/networks.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

const ANY_PORT = {host: '127.0.0.1', port: 0}
const serverProgram = join(packageRoot(), 'test', 'cli', 'fixtures', 'fake-server.mjs')

describe('local network', () => {
  let network: LocalNetwork
  // Before the folder goes, where the record of the process lies: hooks run in the order they stand.
  afterEach(() => stopNetwork(network, {timeoutMs: 100}))
  const folder = useTemporaryFolder()
  const start = (options: Partial<StartOptions> = {}) =>
    startNetwork(network, {bind: ANY_PORT, background: true, signal: new AbortController().signal, serverProgram, ...options})

  beforeEach(() => {
    const resolved = resolveNetwork('local', {project: undefined, shared: {}, places: {config: '', cache: '', data: folder.path}})
    assert.ok(resolved.kind === 'local')
    network = resolved
  })

  it('runs in the background until it is stopped, in order', async () => {
    const started = await start()
    assert.equal(started.url, `http://127.0.0.1:${started.port}`)
    assert.deepEqual(findRunningNetwork(network), {
      pid: started.pid,
      host: '127.0.0.1',
      port: started.port,
      version: icicleVersion(),
      rootKey: '0102',
    })
    assert.equal(readFileSync(join(network.folder, 'webserver-port'), 'utf8'), String(started.port))
    assert.equal(readFileSync(join(network.folder, 'pid'), 'utf8'), String(started.pid))
    assert.ok(isHealthy(await pingUrl(started.url)))
    assert.equal(await stopNetwork(network), 'stopped')
    assert.equal(isProcessAlive(started.pid), false)
    assert.equal(readFileSync(join(network.stateFolder, 'checkpoint'), 'utf8'), 'taken\n')
    assert.equal(existsSync(join(network.folder, 'webserver-port')), false)
  })

  it('runs in the foreground and passes on what the server prints', async () => {
    const lines: string[] = []
    const started = await start({background: false, onLine: (line) => lines.push(line)})
    assert.deepEqual(lines, ['a line before'])
    started.stop()
    assert.equal(await started.ended, 0)
  })

  it('is not started twice', async () => {
    await start()
    await assert.rejects(start(), {code: 'NETWORK_ALREADY_RUNNING', message: 'icicle is already running.'})
  })

  it('tells when an older icicle serves it', async () => {
    await start()
    recordRunningNetwork(network, {...findRunningNetwork(network)!, version: '0.0.1'})
    await assert.rejects(start(), (error: {hints: string[]}) => /served by icicle 0\.0\.1, this is /.test(error.hints.join('\n')))
  })

  it('names the process that holds its port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const {port} = other.address() as AddressInfo
    const pattern = process.platform === 'linux' ? new RegExp(`:${port} is in use by process ${process.pid}: .*mocha`) : /is in use/
    await assert.rejects(start({bind: {host: '127.0.0.1', port}}), {code: 'PORT_IN_USE', message: pattern})
    other.close()
  })

  it('passes on the error of the server', async () => {
    await assert.rejects(start({serverArgs: ['--fail', 'STATE_LOCKED']}), {
      code: 'STATE_LOCKED',
      message: 'It failed.',
      hints: ['Try again.'],
    })
    assert.equal(findRunningNetwork(network), undefined)
  })

  for (const background of [true, false])
    it(`tells how the server ended in the ${background ? 'background' : 'foreground'}`, () =>
      assert.rejects(start({background, serverArgs: ['--crash']}), {
        code: 'SERVER_ENDED',
        how: 'exit code 3',
        lastLines: background ? 'out of cheese' : '',
      }))

  it('leaves no process behind that did not become ready', async () => {
    const error = await start({serverArgs: ['--hang']}).catch((reason: Error) => reason)
    assert.ok(error instanceof Error)
    assert.match(error.message, /^\d+$/)
    assert.equal(isProcessAlive(Number(error.message)), false)
    assert.equal(findRunningNetwork(network), undefined)
  })

  it('is found, and stopped, before it is ready', async () => {
    const starting = assert.rejects(start(), {code: 'SERVER_ENDED'})
    while (!findRunningNetwork(network)) await new Promise((resolve) => setTimeout(resolve, 1))
    await assert.rejects(start(), {code: 'NETWORK_ALREADY_RUNNING'})
    assert.equal(await stopNetwork(network), 'stopped')
    await starting
  })

  it('is killed when it does not end', async () => {
    const {pid} = await start({serverArgs: ['--stubborn']})
    assert.equal(await stopNetwork(network, {timeoutMs: 200}), 'killed')
    assert.equal(isProcessAlive(pid), false)
  })

  it('is given up when the user interrupts', async () => {
    const controller = new AbortController()
    controller.abort()
    await assert.rejects(start({signal: controller.signal}), {name: 'AbortError'})
    assert.equal(findRunningNetwork(network), undefined)
  })

  it('keeps three older logs', async () => {
    mkdirSync(network.folder, {recursive: true})
    const log = serverLogPath(network)
    for (const [name, text] of [
      ['', '0'],
      ['.1', '1'],
      ['.2', '2'],
      ['.3', '3'],
    ])
      writeFileSync(log + name, text!)
    await start()
    assert.deepEqual(
      ['.1', '.2', '.3'].map((name) => readFileSync(log + name, 'utf8')),
      ['0', '1', '2'],
    )
    assert.equal(existsSync(`${log}.4`), false)
  })

  it('keeps its id until it is cleaned', async () => {
    const id = () => readFileSync(join(network.folder, 'network-id'), 'utf8')
    await start()
    const first = id()
    await stopNetwork(network)
    await start()
    assert.equal(id(), first)
    await stopNetwork(network)
    assert.deepEqual(cleanNetwork(network), [network.stateFolder, join(network.folder, 'network-id')])
    assert.deepEqual(cleanNetwork(network), [])
  })

  it('is not running when its record is left over or damaged', () => {
    recordRunningNetwork(network, {pid: 2 ** 22 + 1, host: 'h', port: 1, version: 'v', rootKey: ''})
    assert.equal(findRunningNetwork(network), undefined)
    writeFileSync(join(network.folder, 'icicle.json'), '{')
    assert.equal(findRunningNetwork(network), undefined)
  })

  it('is not mistaken for another process that has its number now', async function () {
    if (process.platform === 'win32') this.skip()
    recordRunningNetwork(network, {pid: process.pid, host: 'h', port: 1, version: 'v', rootKey: ''})
    assert.equal(findRunningNetwork(network), undefined)
    assert.equal(await stopNetwork(network), 'not-running')
  })

  it('is reached on the loopback address when it listens everywhere', () =>
    assert.equal(networkUrl({...network, bind: {host: '0.0.0.0', port: 1}}), 'http://127.0.0.1:1'))

  it('stops without a word when none runs', async () => assert.equal(await stopNetwork(network), 'not-running'))

  it('says what to type when it does not run', async () => {
    await assert.rejects(pingNetwork(network, 'http://127.0.0.1:9'), {
      code: 'NETWORK_NOT_RUNNING',
      hints: ["Type 'icicle start --background' first."],
    })
  })

  it('is told from other servers', async () => {
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    await assert.rejects(pingUrl(url), {code: 'STATUS_INVALID'})
    other.closeAllConnections()
    other.close()
  })

  it('is never healthy without a status', async () => {
    await assert.rejects(waitUntilHealthy('http://127.0.0.1:9', {timeoutMs: 60}), /Cannot reach|not healthy/)
  })
})
