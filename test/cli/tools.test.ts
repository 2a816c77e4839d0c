/** Commands that need no network. */

import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {useSandbox} from './package-copy.js'

describe('commands about the program itself', () => {
  const box = useSandbox()
  const succeed = (...args: readonly string[]): string => {
    const {exitCode, stdout, stderr} = box.run(...args)
    assert.equal(exitCode, 0, stderr)
    return stdout
  }

  it('publish the schemas of files', () => {
    const schema = JSON.parse(succeed('schema'))
    assert.equal(schema.properties.canisters.additionalProperties.properties.gzip.type, 'boolean')
    for (const kind of ['networks', 'dfx-metadata', 'extension-manifest', 'extension-dependencies', 'extension-catalog'])
      assert.equal(JSON.parse(succeed('schema', '--for', kind)).type, 'object')
    succeed('schema', '--for', 'dfx', '--outfile', 'schema.json')
    assert.deepEqual(JSON.parse(readFileSync(join(box.folder, 'schema.json'), 'utf8')), schema)
    assert.equal(box.run('schema', '--for', 'nonsense').exitCode, 2)
  })

  it('complete words and flags in bash', function () {
    if (process.platform === 'win32') this.skip()
    const script = succeed('completion', 'bash', '--bin-name', 'dfx')
    const complete = (...words: readonly string[]): string[] => {
      const line = words.map((word) => `'${word}'`).join(' ')
      const body = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _dfx; echo "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['-c', body], {encoding: 'utf8'}).stdout.trim().split(' ')
    }
    assert.deepEqual(
      complete('dfx', 'dep'),
      ['deploy', 'deps'].filter((word) => complete('dfx', word).includes(word)),
    )
    assert.deepEqual(complete('dfx', 'canister', '--ic', 'snap'), ['snapshot'])
    assert.ok(complete('dfx', 'canister', 'call', '--').includes('--random'))
  })

  for (const shell of ['zsh', 'fish', 'elvish', 'powershell'])
    it(`complete in ${shell}`, () => {
      const script = succeed('completion', shell)
      for (const word of ['get-principal', 'storage-mode']) assert.ok(script.includes(word))
    })

  it('show, make, list and delete the version cache', () => {
    const folder = succeed('cache', 'show').trim()
    assert.equal(folder, join(box.home, '.cache', 'dfinity', 'versions', '0.32.0'))
    succeed('cache', 'install')
    assert.ok(existsSync(folder))
    assert.equal(succeed('cache', 'list'), '0.32.0 *\n')
    succeed('cache', 'delete', '--version', '0.32.0')
    assert.ok(!existsSync(folder))
    assert.match(box.run('cache', 'delete').stderr, /no such version/)
    assert.match(box.run('cache', 'delete', '../..').stderr, /no such version/)
  })

  it('keep the telemetry setting, and send nothing', () => {
    assert.equal(succeed('config', 'telemetry'), 'off\n')
    succeed('config', 'telemetry', 'local')
    assert.equal(succeed('config', 'telemetry'), 'local\n')
    assert.deepEqual(JSON.parse(readFileSync(join(box.home, '.config', 'dfx', 'config.json'), 'utf8')), {telemetry: 'local'})
    assert.equal(box.run('config', 'telemetry', 'maybe').exitCode, 2)
  })

  it('describe the installation, also where things are broken', () => {
    assert.match(succeed('diagnose'), /^program:\n {2}version: [\s\S]*\nNo problems found\n$/)
    writeFileSync(join(box.folder, 'dfx.json'), '{')
    const {problems, facts} = JSON.parse(succeed('diagnose', '--json'))
    assert.match(problems[0], /is not valid JSON/)
    assert.equal(facts.program['stands for dfx'], '0.32.0')
    assert.match(succeed('fix'), /is not valid JSON/)
  })

  it('never show a secret in the description (planted: the pin of a hardware key)', () => {
    const {stdout} = box.runWith({env: {DFX_HSM_PIN: '987654', HTTPS_PROXY: 'http://me:secret@proxy'}}, 'diagnose')
    assert.match(stdout, /DFX_HSM_PIN: \(set\)/)
    assert.doesNotMatch(stdout, /987654|secret/)
  })

  it('tell facts', () => {
    mkdirSync(join(box.home, '.config', 'dfx'), {recursive: true})
    writeFileSync(join(box.home, '.config', 'dfx', 'networks.json'), '{"local": {"bind": "127.0.0.1:9"}}')
    const facts = {
      'webserver-port': /^9\n$/,
      'candid-ui-url': /^http:\/\/127\.0\.0\.1:9\/_\/candid\n$/,
      'security-policy': /"security_policy": "standard"/,
      'replica-rev': /^icicle-/,
      'networks-json-path': /networks\.json\n$/,
      'config-json-path': /config\.json\n$/,
      'telemetry-log-path': /telemetry\.log\n$/,
      'default-effective-canister-id': /^rwlgt-iiaaa-aaaaa-aaaaa-cai\n$/,
    }
    for (const [topic, pattern] of Object.entries(facts)) assert.match(succeed('info', topic), pattern)
    assert.match(box.run('info', 'pocketic-config-port').stderr, /No PocketIC port found/)
    assert.equal(box.run('info', 'weather').exitCode, 2)
  })

  it('say what to use instead of what is gone', () => {
    for (const words of [['bootstrap'], ['replica', '--port', '1'], ['nns', 'install'], ['sns'], ['toolchain', 'list'], ['upgrade']]) {
      const {exitCode, stderr, stdout} = box.run(...words)
      assert.deepEqual([exitCode, stdout], [255, ''])
      assert.match(stderr, /^Error: The command '\w+' no longer exists: .*\.\nTo fix: .*\n$/)
    }
  })

  it('put a dfx on the PATH, but never over another program', function () {
    if (process.platform === 'win32') this.skip()
    succeed('shim', 'install', 'tools')
    const shim = join(box.folder, 'tools', 'dfx')
    const run = spawnSync(shim, ['canister', 'id', 'x'], {encoding: 'utf8', env: box.env, cwd: box.folder})
    assert.match(run.stderr, /Type 'dfx new NAME'/)
    succeed('shim', 'install', 'tools')
    writeFileSync(shim, 'somebody else')
    assert.match(box.run('shim', 'install', 'tools').stderr, /^Error: There is another program at /)
    assert.equal(readFileSync(shim, 'utf8'), 'somebody else')
  })

  it('show the way to mainnet', () => {
    const report = JSON.parse(succeed('quickstart', '--json'))
    assert.match(report.account, /^[0-9a-f]{64}$/)
    assert.ok(succeed('quickstart').includes(report.principal))
  })

  it('know the account of a principal (anonymous, from the ledger itself)', () =>
    assert.equal(
      JSON.parse(succeed('quickstart', '--json', '--identity', 'anonymous')).account,
      '1c7a48ba6a562aa9eaa2481a9049cdf0433b9738c992d698c31d8abf89cadc79',
    ))

  it('answer for a wallet without one', () => {
    const principal = succeed('identity', 'get-principal')
    assert.equal(succeed('identity', 'get-wallet'), principal)
    succeed('identity', 'set-wallet', 'ryjl3-tyaaa-aaaaa-aaaba-cai', '--network', 'ic', '--force')
    assert.equal(succeed('identity', 'get-wallet', '--network', 'ic'), 'ryjl3-tyaaa-aaaaa-aaaba-cai\n')
    assert.equal(succeed('identity', 'get-wallet'), principal)
    assert.match(box.run('identity', 'deploy-wallet', 'aaaaa-aa').stderr, /acts for itself/)
  })

  it('end every network of the user', () => {
    box.run('start', '--background', '--host', '127.0.0.1:0')
    assert.match(box.run('killall').stderr, /^Killed 1 process$/m)
    assert.match(box.run('killall').stderr, /^Killed 0 processes$/m)
  })
})
