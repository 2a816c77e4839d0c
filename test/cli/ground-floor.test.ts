import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type Outcome, useSandbox} from './package-copy.js'

function assertOutcome(actual: Outcome, expected: Partial<Outcome>): void {
  const compared = Object.fromEntries(Object.keys(expected).map((key) => [key, actual[key as keyof Outcome]]))
  assert.deepEqual(compared, expected)
}

const NO_STACK = /\n\s+at /

/** Puts the shared network of a home where nothing answers, whatever else runs on this computer. */
function useSilentPort(home: string): void {
  mkdirSync(join(home, '.config', 'dfx'), {recursive: true})
  writeFileSync(join(home, '.config', 'dfx', 'networks.json'), '{"local": {"bind": "127.0.0.1:9"}}')
}

describe('the program', () => {
  const box = useSandbox()

  it('tells its version', () => {
    for (const flag of ['--version', '-V']) assert.match(box.run(flag).stdout, /^icicle \d+\.\d+\.\d+\n$/)
  })

  it('calls itself dfx under that name', function () {
    if (process.platform === 'win32') this.skip()
    useSilentPort(box.home)
    const dfx = (...args: readonly string[]) => box.runWith({program: box.dfx}, ...args)
    assert.match(dfx('--version').stdout, /^dfx 0\.32\.0 \(icicle \d+\.\d+\.\d+\)\n$/)
    assert.match(dfx('--help').stdout, /'dfx COMMAND --help'/)
    assert.match(dfx('ping').stderr, /Type 'dfx start --background' first\./)
    assert.match(dfx('new').stderr, /^Usage: dfx new /m)
  })

  it('shows its help and fails without a command', () => {
    const bare = box.run()
    assert.deepEqual([bare.exitCode, bare.stdout], [2, ''])
    const help = box.run('--help')
    assert.equal(help.exitCode, 0)
    assert.equal(help.stdout, bare.stderr)
    assert.match(help.stdout, /identity get-principal {2}/)
    assert.match(box.run('new', '-h').stdout, /--dry-run/)
  })

  it('takes a word that is no command for a mistake', () =>
    assertOutcome(box.run('identity', 'whoam'), {
      exitCode: 2,
      stdout: '',
      stderr:
        "error: unrecognized subcommand 'whoam'\n\n  tip: a similar subcommand exists: 'whoami'\n\nUsage: icicle identity [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n",
    }))

  it('lists missing arguments in the words of clap', () =>
    assertOutcome(box.run('new'), {
      exitCode: 2,
      stdout: '',
      stderr:
        "error: the following required arguments were not provided:\n  <PROJECT_NAME>\n\nUsage: icicle new [OPTIONS] <PROJECT_NAME>\n\nFor more information, try '--help'.\n",
    }))

  it('ends quietly when nobody reads on', () => {
    const {status, stderr} = spawnSync('sh', ['-c', `"${process.execPath}" "${box.program}" --help | head -n 1`], {
      encoding: 'utf8',
      env: box.env,
    })
    assert.deepEqual([status, stderr], [0, ''])
  })

  it('would be caught if an error had a stack', () => {
    assert.match(new Error('planted').stack!, NO_STACK)
    for (const args of [['ping'], ['identity', 'use', 'x'], ['start', '--host', 'x'], ['nonsense']])
      assert.doesNotMatch(box.run(...args).stderr, NO_STACK)
  })
})

describe('identity', () => {
  const box = useSandbox()

  it('makes default at first use: words on stderr, the principal on stdout', () => {
    const first = box.run('identity', 'get-principal')
    assertOutcome(first, {exitCode: 0, stderr: 'Creating the "default" identity.\nCreated the "default" identity.\n'})
    assert.match(first.stdout, /^([a-z0-9]{5}-){10}[a-z0-9]{3}\n$/)
    assertOutcome(box.run('identity', 'get-principal'), {stdout: first.stdout, stderr: ''})
    assert.ok(existsSync(join(box.home, '.config', 'dfx', 'identity', 'default', 'identity.pem')))
  })

  it('makes, chooses, lists and asks', () => {
    const created = box.run('identity', 'new', 'alice', '--storage-mode', 'plaintext')
    assertOutcome(created, {exitCode: 0, stdout: ''})
    assert.match(created.stderr, /\nCreated identity: "alice"\.\n$/)
    assertOutcome(box.run('identity', 'use', 'alice'), {exitCode: 0, stderr: 'Using identity: "alice".\n'})
    assertOutcome(box.run('identity', 'whoami'), {stdout: 'alice\n', stderr: ''})
    assertOutcome(box.run('identity', 'list'), {stdout: 'alice\nanonymous\n'})
    assertOutcome(box.run('identity', 'new', 'alice'), {exitCode: 255, stdout: ''})
  })

  it('exports, imports, renames and removes', () => {
    box.run('identity', 'new', 'alice', '--storage-mode', 'plaintext')
    const pem = box.run('identity', 'export', 'alice').stdout
    assert.match(pem, /^-----BEGIN EC PRIVATE KEY-----\r?\n[\s\S]*-----END EC PRIVATE KEY-----\n$/)
    writeFileSync(join(box.folder, 'key.pem'), pem)
    const imported = box.run('identity', 'import', 'bob', 'key.pem', '--storage-mode', 'plaintext')
    assertOutcome(imported, {exitCode: 0, stdout: '', stderr: 'Imported identity: "bob".\n'})
    const principal = (name: string) => box.run('identity', 'get-principal', '--identity', name).stdout
    assert.equal(principal('bob'), principal('alice'))
    box.run('identity', 'use', 'bob')
    assertOutcome(box.run('identity', 'rename', 'bob', 'carol'), {
      exitCode: 0,
      stderr: 'Renamed identity "bob" to "carol".\nNow using identity: "carol".\n',
    })
    assertOutcome(box.run('identity', 'whoami'), {stdout: 'carol\n'})
    assertOutcome(box.run('identity', 'remove', 'carol'), {exitCode: 255})
    assertOutcome(box.run('identity', 'remove', 'alice'), {exitCode: 0, stderr: 'Removed identity "alice".\n'})
    assertOutcome(box.run('identity', 'list'), {stdout: 'anonymous\ncarol\n'})
  })

  it('refuses to import what is no key', () => {
    writeFileSync(join(box.folder, 'key.pem'), 'nonsense')
    assert.match(box.run('identity', 'import', 'x', 'key.pem').stderr, /^Error: Failed to validate PEM content: /)
    assert.match(box.run('identity', 'import', 'x', 'none.pem').stderr, /^Error: There is no file '.*none\.pem'\.$/m)
    assertOutcome(box.run('identity', 'import', 'x'), {exitCode: 2})
    assertOutcome(box.run('identity', 'export', 'anonymous'), {exitCode: 255, stdout: ''})
  })

  it('takes --identity anywhere, and DFX_IDENTITY', () => {
    const anonymous = {exitCode: 0, stdout: '2vxsx-fae\n', stderr: ''}
    assertOutcome(box.run('--identity', 'anonymous', 'identity', 'get-principal'), anonymous)
    assertOutcome(box.run('identity', '--identity', 'anonymous', 'get-principal'), anonymous)
    assertOutcome(box.run('identity', 'get-principal', '--identity', 'anonymous'), anonymous)
    assertOutcome(box.runWith({env: {DFX_IDENTITY: 'anonymous'}}, 'identity', 'get-principal'), anonymous)
  })

  it('says which identity there is not, as text and as JSON', () => {
    const text = box.run('identity', 'get-principal', '--identity', 'bob')
    assert.equal(text.exitCode, 255)
    assert.match(text.stderr, /^Error: Identity bob does not exist at '.*bob'\.\nTo fix: /)
    const json = box.run('identity', 'get-principal', '--identity', 'bob', '--json')
    assert.deepEqual([json.exitCode, json.stderr, JSON.parse(json.stdout).error.code], [255, '', 'IDENTITY_NOT_FOUND'])
  })

  it('reads no dfx.json', () => {
    writeFileSync(join(box.folder, 'dfx.json'), '{')
    assert.equal(box.run('identity', 'get-principal').exitCode, 0)
    assert.deepEqual(readdirSync(box.folder), ['dfx.json'])
  })
})

describe('the local network', () => {
  const box = useSandbox()
  const start = (...args: readonly string[]) => box.run('start', '--background', '--host', '127.0.0.1:0', ...args)

  it('starts in the background, answers, and stops', () => {
    const started = start()
    assert.equal(started.exitCode, 0)
    assert.equal(started.stdout, '')
    const port = /Replica API running in the background on 127\.0\.0\.1:(\d+)\n$/.exec(started.stderr)?.[1]
    assertOutcome(box.run('info', 'webserver-port'), {exitCode: 0, stdout: `${port}\n`, stderr: ''})
    assertOutcome(box.run('ping'), {exitCode: 0, stdout: '{\n  "replica_health_status": "healthy",\n  "root_key": [1,2]\n}\n', stderr: ''})
    assert.equal(box.run('ping', `http://127.0.0.1:${port}`, '--wait-healthy').exitCode, 0)
    const again = start()
    assert.equal(again.exitCode, 255)
    assert.match(again.stderr, /^Error: icicle is already running\.$/m)
    assertOutcome(box.run('stop'), {exitCode: 0, stdout: '', stderr: ''})
    assertOutcome(box.run('stop'), {exitCode: 0, stdout: '', stderr: 'No local network replica found. Nothing to do.\n'})
    assert.ok(!existsSync(join(box.home, '.config', 'dfx', 'identity')))
  })

  it('says what it deletes with --clean', () => {
    start()
    box.run('stop')
    const state = join(box.home, '.local', 'share', 'dfx', 'network', 'local', 'icicle')
    assert.ok(existsSync(join(state, 'checkpoint')))
    assert.ok(start('--clean').stderr.includes(`Deleted ${state}\n`))
    assert.ok(!existsSync(join(state, 'checkpoint')))
  })

  it('of a project keeps its state there', () => {
    writeFileSync(join(box.folder, 'dfx.json'), '{"networks": {"local": {"bind": "127.0.0.1:0"}}}')
    mkdirSync(join(box.folder, 'src'))
    assert.match(
      box.runWith({cwd: join(box.folder, 'src')}, 'start', '--background').stderr,
      /^Using the project network 'local' defined in .*dfx\.json$/m,
    )
    assert.ok(existsSync(join(box.folder, '.dfx', 'network', 'local', 'pid')))
    assert.equal(box.runWith({cwd: join(box.folder, 'src')}, 'stop').stderr, '')
  })

  describe('in the foreground', () => {
    const networkFolder = () => join(box.home, '.local', 'share', 'dfx', 'network', 'local')
    const serve = () => {
      const child = spawn(process.execPath, [box.program, 'start', '--host', '127.0.0.1:0'], {cwd: box.folder, env: box.env})
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      /** Waits until the program has written a text; the test's own time limit ends it. */
      const says = async (text: string): Promise<void> => {
        while (!stderr.includes(text)) await once(child.stderr, 'data')
      }
      return {child, says, exited: once(child, 'exit'), stderr: () => stderr}
    }

    it('stops at Ctrl-C, in order and without a word', async () => {
      const {child, says, exited, stderr} = serve()
      await says('Replica API running on')
      child.kill('SIGINT')
      assert.equal((await exited)[0], 0, stderr())
      assert.match(stderr(), /a line before\n/)
      assert.ok(stderr().endsWith("quit with 'Ctrl-C'.\n"), stderr())
      assert.equal(readFileSync(join(networkFolder(), 'icicle', 'checkpoint'), 'utf8'), 'taken\n')
      assert.ok(!existsSync(join(networkFolder(), 'pid')))
    })

    it('ends when it is stopped from elsewhere', async () => {
      const {says, exited} = serve()
      await says('Replica API running on')
      assert.equal(box.run('stop').exitCode, 0)
      assert.equal((await exited)[0], 0)
    })

    it('brings a killed server back on its port, but not one that dies at once', async () => {
      const {says, exited, stderr} = serve()
      await says('Replica API running on')
      const pid = () => Number(readFileSync(join(networkFolder(), 'pid'), 'utf8'))
      const port = box.run('info', 'webserver-port').stdout
      await new Promise((resolve) => setTimeout(resolve, 2100))
      const first = pid()
      process.kill(first, 'SIGKILL')
      await says('Starting it again with its state.')
      while (!existsSync(join(networkFolder(), 'pid')) || pid() === first) await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(box.run('ping').exitCode, 0)
      assert.equal(box.run('info', 'webserver-port').stdout, port)
      process.kill(pid(), 'SIGKILL')
      assert.equal((await exited)[0], 255)
      assert.match(stderr(), /^Error: The network's process ended by itself with exit code 1\.$/m)
      assert.ok(!existsSync(join(networkFolder(), 'pid')))
    })
  })

  it('warns when an older icicle serves it, and says what to type', () => {
    start()
    const record = join(box.home, '.local', 'share', 'dfx', 'network', 'local', 'icicle.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace(/"version": ".*"/, '"version": "0.0.1"'))
    const {exitCode, stderr} = box.run('ping')
    assert.equal(exitCode, 0)
    assert.match(
      stderr,
      /^WARNING: The local network is served by icicle 0\.0\.1, this is .*: 'icicle stop' and 'icicle start' bring it up to date and keep its state\.\n$/,
    )
  })

  it('says what to type when it does not run', () => {
    useSilentPort(box.home)
    assertOutcome(box.run('ping'), {
      exitCode: 255,
      stdout: '',
      stderr:
        "Error: The local network 'local' is not running: nothing answers at http://127.0.0.1:9.\nTo fix: Type 'icicle start --background' first.\n",
    })
  })

  it('is not guessed: an unknown name is an error, flags exclude each other', () => {
    assert.match(
      box.run('ping', '--network', 'tst').stderr,
      /^Error: Network not found: tst\nTo fix: Known networks: local, ic, playground\.\n/,
    )
    assertOutcome(box.run('ping', '--ic', '--network', 'x'), {exitCode: 2})
    assert.match(box.runWith({env: {DFX_NETWORK: 'tst'}}, 'ping').stderr, /Network not found: tst/)
  })

  it('refuses what it does not have', () => {
    for (const flag of ['--system-canisters', '--enable-bitcoin', '--replica'])
      assertOutcome(box.run('start', flag), {exitCode: 255, stdout: ''})
  })
})

describe('a project', () => {
  const box = useSandbox()

  it('is created, then never touched again', () => {
    const created = box.run('new', 'hello', '--no-frontend')
    assert.deepEqual([created.exitCode, created.stdout], [0, ''])
    assert.match(created.stderr, /^Creating new project "hello"\.\.\.\n(CREATE {7}hello\/\S+ \(\d+B\)\n)+/)
    const file = join(box.folder, 'hello', 'dfx.json')
    writeFileSync(file, '{"mine": true}')
    assertOutcome(box.run('new', 'hello', '--no-frontend'), {exitCode: 255, stdout: ''})
    assert.equal(readFileSync(file, 'utf8'), '{"mine": true}')
  })

  it('has a name of letters, digits, _ and -', () => {
    const refused = box.run('new', '1x')
    assert.equal(refused.exitCode, 2)
    assert.match(refused.stderr, /^error: invalid value '1x' for '<PROJECT_NAME>': /)
  })

  it('reports all that is wrong with its dfx.json', () => {
    const file = join(box.folder, 'dfx.json')
    writeFileSync(file, '{"canisters": {"a": {"type": "motko", "gzip": 1}}, "profile": "Fast"}')
    assertOutcome(box.run('start'), {
      exitCode: 255,
      stdout: '',
      stderr: [
        `Error: '${file}' has 3 mistakes:`,
        '  profile: expected "Debug" | "Release", got "Fast"',
        '  canisters.a.gzip: expected true or false, got 1',
        '  canisters.a.type: expected "motoko" | "rust" | "azle" | "typescript" | "python" | "assets" | "custom" | "pull" or the type of an extension, got "motko"',
        '',
      ].join('\n'),
    })
  })

  it('reports where its dfx.json is no JSON', () => {
    writeFileSync(join(box.folder, 'dfx.json'), '{\n  "canisters": {},\n}\n')
    assert.match(box.run('start').stderr, /dfx\.json' is not valid JSON: trailing comma at line 2 column 18\.\n$/)
  })
})
