/** Extensions: from a catalogue on a web server of the test to a command of their own. */

import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {arch} from 'node:os'
import {join} from 'node:path'
import {execa} from 'execa'
import {noteUse} from '../support/program-uses.js'
import {repositoryRoot} from '../support/repository-root.js'
import {User} from '../support/user.js'

const MACHINE = arch() === 'arm64' ? 'aarch64' : 'x86_64'
const SYSTEM = process.platform === 'darwin' ? 'apple-darwin' : 'unknown-linux-gnu'

describe('extensions', function () {
  if (process.platform === 'win32') return
  this.timeout(60_000)
  const user = new User()
  const files = new Map<string, string | Uint8Array>()
  let server: Server
  let url = ''

  const run = async (...args: readonly string[]) => {
    noteUse(args)
    const {exitCode, stdout, stderr} = await execa(process.execPath, [join(repositoryRoot, 'bin', 'run.js'), ...args], {
      cwd: user.work,
      reject: false,
      input: '',
      extendEnv: false,
      env: {PATH: process.env.PATH, HOME: user.home},
    })
    return {exitCode, stdout, stderr}
  }

  before(async () => {
    const basename = `hello-${MACHINE}-${SYSTEM}`
    mkdirSync(join(user.base, basename))
    const manifest = {name: 'hello', version: '0.1.0', summary: 'Says hello', download_url_template: ''}
    server = createServer((request, response) => {
      const content = files.get(request.url ?? '')
      response.writeHead(content === undefined ? 404 : 200).end(content)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    manifest.download_url_template = `${url}/{{tag}}/{{basename}}.{{archive-format}}`
    writeFileSync(join(user.base, basename, 'extension.json'), JSON.stringify(manifest))
    writeFileSync(join(user.base, basename, 'hello'), '#!/bin/sh\necho "hello $@"\nexit 3\n')
    chmodSync(join(user.base, basename, 'hello'), 0o755)
    spawnSync('tar', ['-czf', 'hello.tar.gz', basename], {cwd: user.base})
    files.set('/catalog.json', JSON.stringify({hello: `${url}/hello/extension.json`}))
    files.set('/hello/extension.json', JSON.stringify(manifest))
    files.set(
      '/hello/dependencies.json',
      JSON.stringify({'0.9.0': {dfx: '>=0.30.0'}, '0.10.0': {dfx: '>=0.30.0'}, '0.11.0': {dfx: '>=0.99.0'}}),
    )
    files.set(`/hello-v0.10.0/${basename}.tar.gz`, readFileSync(join(user.base, 'hello.tar.gz')))
  })
  after(async () => {
    await new Promise((resolve) => server.close(resolve))
    user.leave()
  })

  it('are found, installed at the newest version that fits, run under their name, and removed', async () => {
    const catalog = ['--catalog-url', `${url}/catalog.json`]
    assert.equal((await run('extension', 'list', '--available', ...catalog)).stdout, 'hello')
    assert.match((await run('extension', 'list')).stderr, /No extensions installed/)
    assert.match(
      (await run('extension', 'install', 'nothing', ...catalog)).stderr,
      /^Error: Extension 'nothing' not found in catalog\.\nTo fix: Known: hello\./,
    )
    const installed = await run('extension', 'install', 'hello', ...catalog)
    assert.match(installed.stderr, /Extension 'hello' version 0\.10\.0 installed successfully$/)
    assert.equal((await run('extension', 'list')).stdout, 'hello')
    const ran = await run('hello', 'world', '--loud')
    assert.deepEqual([ran.exitCode, ran.stdout.startsWith('hello world --loud --dfx-cache-path ')], [3, true], ran.stderr)
    assert.equal((await run('extension', 'run', 'hello', 'again')).exitCode, 3)
    assert.match((await run('extension', 'install', 'hello', ...catalog)).stderr, /already installed/)
    assert.match((await run('extension', 'uninstall', 'hello')).stderr, /uninstalled successfully/)
    assert.equal((await run('hello')).exitCode, 2)
  })

  it('may have another name and a version of choice; what is wrong is said', async () => {
    const manifest = `${url}/hello/extension.json`
    assert.equal((await run('extension', 'install', manifest, '--install-as', 'hi', '--version', '0.10.0')).exitCode, 0)
    assert.match((await run('hi', 'x')).stdout, /^hello x /)
    assert.match((await run('extension', 'install', manifest, '--version', '7.0.0')).stderr, /^Error: Cannot download /m)
    assert.match((await run('extension', 'run', 'nobody')).stderr, /is not installed/)
    writeFileSync(join(user.home, '.cache/dfinity/versions/0.32.0/extensions/hi/extension.json'), '{')
    assert.match((await run('extension', 'list')).stderr, /Failed to load extension manifest/)
  })
})
