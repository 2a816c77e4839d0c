import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {type Browser, chromium} from 'playwright-core'
import {repositoryRoot} from '../support/repository-root.js'
import {findRustEnvironment} from '../support/rust-environment.js'
import {type Outcome, User} from '../support/user.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))

interface Backend {
  readonly type: 'motoko' | 'rust' | 'typescript' | 'python'
  readonly main: string
  /** A line that the compiler refuses, and how its place is told. */
  readonly broken: {readonly line: string; readonly says: RegExp}
}

const BACKENDS: readonly Backend[] = [
  {type: 'motoko', main: 'main.mo', broken: {line: 'let x = ;', says: /main\.mo:\d+:9:/}},
  {type: 'typescript', main: 'index.ts', broken: {line: 'const x: string = 1', says: /index\.ts:\d+:7: type error \[TS2322\]/}},
  {type: 'python', main: 'main.py', broken: {line: 'def x(:', says: /main\.py", line \d+\n\s+def x\(:/}},
  {type: 'rust', main: 'src/lib.rs', broken: {line: 'fn x( {', says: /lib\.rs:\d+:\d+/}},
]

/** What `new` makes works as it is: built, deployed, called, upgraded, tested, and its mistakes told by place. */
describe('scaffolds', function () {
  this.timeout(900_000)
  const user = new User()
  const bin = join(user.base, 'bin')

  before(() => {
    mkdirSync(bin)
    writeFileSync(join(bin, 'icicle'), `#!/bin/sh\nexec "${process.execPath}" "${join(repositoryRoot, 'bin', 'run.js')}" "$@"\n`, {
      mode: 0o755,
    })
    assert.equal(run('', {}, 'start', '--background').exitCode, 0)
  })
  after(() => user.leave())

  function run(folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Outcome {
    const path = `${bin}${delimiter}${env.PATH ?? process.env.PATH}`
    return user.runWith({folder, env: {...env, PATH: path}, timeoutMs: 600_000}, ...args)
  }

  function succeed(folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Outcome {
    const outcome = run(folder, env, ...args)
    assert.equal(outcome.exitCode, 0, `icicle ${args.join(' ')}\n${outcome.stderr}${outcome.stdout}`)
    return outcome
  }

  function npmTest(folder: string, env: Readonly<Record<string, string>>): string {
    const path = `${bin}${delimiter}${env.PATH ?? process.env.PATH}`
    const {status, stdout, stderr} = spawnSync('npm', ['test'], {
      cwd: join(user.work, folder),
      env: {...env, PATH: path, HOME: user.home, NO_COLOR: '1'},
      encoding: 'utf8',
      timeout: 600_000,
    })
    assert.equal(status, 0, stdout + stderr)
    return stdout
  }

  for (const {type, main, broken} of BACKENDS)
    it(`${type}: deploys, keeps its state through an upgrade, passes its own tests, tells mistakes`, function () {
      const env = type === 'rust' ? findRustEnvironment() : {}
      if (env === undefined) {
        console.log('      no Rust here that can build WebAssembly (rustup target, or rustc-web cargo-web rust-web-src lld-22)')
        return this.skip()
      }
      const project = `my_${type}`
      const canister = `${project}_backend`
      succeed('', env, 'new', project, '--type', type, '--no-frontend')
      succeed(project, env, 'deploy')
      assert.equal(succeed(project, env, 'canister', 'call', canister, 'greet', '("world")').stdout, '("Hello, world!")\n')
      assert.equal(succeed(project, env, 'canister', 'call', canister, 'increment').stdout, '(1 : nat)\n')
      const file = join(user.work, project, 'src', canister, ...main.split('/'))
      const source = readFileSync(file, 'utf8')
      writeFileSync(file, source.replace('Hello, ', 'Good day, '))
      assert.match(succeed(project, env, 'deploy').stderr, /Upgraded code for canister/)
      assert.equal(succeed(project, env, 'canister', 'call', canister, 'greet', '("world")').stdout, '("Good day, world!")\n')
      assert.equal(succeed(project, env, 'canister', 'call', canister, 'increment').stdout, '(2 : nat)\n')
      assert.match(
        succeed(project, env, 'canister', 'metadata', canister, 'candid:service').stdout,
        /greet ?: \((name ?: )?text\) -> \(text\) query/,
      )
      writeFileSync(file, source)
      assert.match(npmTest(project, env), /pass 2\b/)
      writeFileSync(file, `${source}\n${broken.line}\n`)
      const mistake = run(project, env, 'build')
      assert.equal(mistake.exitCode, 255)
      assert.match(mistake.stderr, broken.says)
      assert.match(mistake.stderr, new RegExp(broken.line.replace(/[()]/g, '\\$&')))
      assert.doesNotMatch(mistake.stderr, /\n\s+at /)
    })

  it('typescript: installs with npm 10 and with npm 11, without any install script', () => {
    for (const version of ['10', '11']) {
      const project = `npm${version}`
      succeed('', {}, 'new', project, '--type', 'azle', '--no-frontend', '--no-install')
      const {status, stderr} = spawnSync('npx', ['--yes', `npm@${version}`, 'install'], {
        cwd: join(user.work, project),
        env: {PATH: process.env.PATH, HOME: user.home},
        encoding: 'utf8',
        timeout: 300_000,
      })
      assert.equal(status, 0, stderr)
      succeed(project, {}, 'canister', 'create', `${project}_backend`)
      succeed(project, {}, 'build')
    }
  })

  it('python: takes packages of pure Python, and refuses native ones in one sentence', function () {
    if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return this.skip()
    const [project, canister] = ['snake', 'snake_backend']
    succeed('', {}, 'new', project, '--type', 'python', '--no-frontend')
    const dfx = join(user.work, project, 'dfx.json')
    const config = JSON.parse(readFileSync(dfx, 'utf8'))
    config.canisters[canister].requirements = 'requirements.txt'
    writeFileSync(dfx, JSON.stringify(config))
    const main = `from icicle import query, nat\nfrom sortedcontainers import SortedList\n\n\n@query\ndef sort(values: list[nat]) -> list[nat]:\n    return list(SortedList(values))\n`
    writeFileSync(join(user.work, project, 'src', canister, 'main.py'), main)
    writeFileSync(join(user.work, project, 'requirements.txt'), 'sortedcontainers==2.4.0\n')
    succeed(project, {}, 'deploy')
    const sorted = succeed(project, {}, 'canister', 'call', canister, 'sort', '(vec {3 : nat; 1 : nat; 2 : nat})').stdout
    assert.equal(sorted, '(vec { 1 : nat; 2 : nat; 3 : nat })\n')
    writeFileSync(join(user.work, project, 'requirements.txt'), 'numpy\n')
    const {exitCode, stderr} = run(project, {}, 'build')
    assert.equal(exitCode, 255)
    assert.match(stderr, /The package 'numpy' of canister 'snake_backend' does not exist as pure Python for Python 3\.13\./)
  })

  describe('with a frontend', () => {
    let browser: Browser | undefined
    before(async () => {
      if (CHROMIUM !== undefined) browser = await chromium.launch({executablePath: CHROMIUM, args: ['--no-sandbox']})
    })
    after(() => browser?.close())

    for (const frontend of ['vanilla', 'react', 'svelte', 'vue'] as const)
      it(`${frontend}: is served by its canister, greets and counts in a browser, passes its own tests`, async () => {
        const project = `web_${frontend}`
        succeed('', {}, 'new', project, '--type', 'motoko', '--frontend', frontend)
        succeed(project, {}, 'deploy')
        if (browser) await tryInBrowser(browser, succeed(project, {}, 'canister', 'url', `${project}_frontend`).stdout.split('\n')[0]!)
        assert.match(npmTest(project, {}), /pass 3\b/)
      })

    it('a planted frontend without its backend is caught by its tests', () => {
      const file = join(user.work, 'web_vanilla', 'src', 'web_vanilla_frontend', 'src', 'mount.js')
      writeFileSync(file, 'export function mount() {}\n')
      assert.throws(() => npmTest('web_vanilla', {}), /fail 1\b/)
    })
  })

  async function tryInBrowser(browser: Browser, url: string): Promise<void> {
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.setDefaultTimeout(10_000)
    try {
      await page.goto(url)
      await page.fill('input', 'browser')
      await page.click('form button')
      await page.getByRole('status').filter({hasText: 'Hello, browser!'}).waitFor()
      await page.getByText('Count: 0').waitFor()
      await page.getByRole('button', {name: 'Increment'}).click()
      await page.getByText('Count: 1').waitFor()
    } finally {
      await page.close()
    }
    assert.deepEqual(faults, [])
  }
})
