import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {type Browser, chromium, type Page} from 'playwright-core'
import {connect, type IcAgent} from '../../src/agent/ic-agent.js'
import {installCode, provisionalCreateCanister} from '../../src/agent/management.js'
import {syncAssets} from '../../src/assets/sync.js'
import {toHex} from '../../src/base/bytes.js'
import {compileMotoko} from '../../src/builders/motoko/compile-program.js'
import {MotokoCompiler} from '../../src/builders/motoko/compiler.js'
import {readMotokoProgram} from '../../src/builders/motoko/program.js'
import {parseDid} from '../../src/candid/did.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {principalToText} from '../../src/protocol/principal.js'
import {ANY_LOCAL_ID} from '../support/agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))

const BACKEND = `persistent actor {
  public type Tree = {#leaf : Int; #node : {left : Tree; right : Tree}};
  public type Account = {owner : Principal; subaccount : ?Blob};
  var count = 0;
  public query func greet(name : Text) : async Text { "Hello, " # name # "!" };
  public func increment(by : Nat) : async Nat { count += by; count };
  public query ({caller}) func whoami() : async Principal { caller };
  public func everything(a : Account, t : Tree, l : [Text], o : ?Nat64, f : Float, b : Bool, n : Int8) : async (Account, Tree, [Text], ?Nat64, Float, Bool, Int8) { (a, t, l, o, f, b, n) };
  public func fail() : async () { assert false };
  public func tell(_ : Text) { };
}`

const SITE = {
  'index.html':
    '<!doctype html><html lang="en"><title>A site</title><link rel="stylesheet" href="/style.css"><h1>From a canister</h1><p id="out"></p><script type="module" src="/app.js"></script></html>',
  'style.css': 'h1 { color: rgb(1, 2, 3) }',
  'app.js':
    "const text = await (await fetch('/data/about')).text(); document.getElementById('out').textContent = text + ' ' + document.cookie",
  'data/about.html': 'fetched',
}

/** What people see: pages out of canisters, and the pages of the network. Each failure of a page's scripts fails its test. */
describe('in a browser', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  let network: LocalNetwork
  let agent: IcAgent
  let browser: Browser
  let page: Page
  let faults: string[] = []

  before(async function () {
    if (CHROMIUM === undefined) this.skip()
    network = await startLocalNetwork(join(folder, 'state'))
    agent = await connect({host: network.url, identity: Ed25519KeyIdentity.generate(), rootKey: 'fetch'})
    browser = await chromium.launch({executablePath: CHROMIUM!, args: ['--no-sandbox']})
  })
  after(async () => {
    await browser?.close()
    await network?.stop()
    removeFolder(folder)
  })
  beforeEach(async () => {
    faults = []
    page = await browser.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(faults, [])
  })

  async function install(wasm: Uint8Array, arg: Uint8Array): Promise<string> {
    const options = {amount: undefined, settings: {}, specifiedId: undefined, effectiveCanisterId: ANY_LOCAL_ID}
    const canisterId = await provisionalCreateCanister(agent, options)
    await installCode(agent, {canisterId, mode: {kind: 'install'}, wasm, arg})
    return canisterId
  }

  const port = (): string => new URL(network.url).port

  it('a site loads from its canister, with styles, scripts and the root key', async () => {
    const template = join(repositoryRoot, 'templates', 'assetstorage')
    const {types, service} = parseDid(readFileSync(join(template, 'assetstorage.did'), 'utf8'))
    const wasm = new Uint8Array(gunzipSync(readFileSync(join(template, 'assetstorage.wasm.gz'))))
    const id = await install(wasm, encodeArgs(service!.initArgs!, [[]], types))
    for (const [path, content] of Object.entries(SITE)) {
      mkdirSync(join(folder, 'site', 'data'), {recursive: true})
      writeFileSync(join(folder, 'site', path), content)
    }
    await syncAssets(agent, {canisterId: id as never, source: [join(folder, 'site')]})
    await page.goto(`http://${principalToText(id as never)}.localhost:${port()}/`)
    await page.waitForFunction(() => document.getElementById('out')!.textContent !== '')
    assert.equal(await page.title(), 'A site')
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('h1')!).color), 'rgb(1, 2, 3)')
    assert.equal(await page.textContent('#out'), `fetched ic_env=ic_root_key%3D${toHex(agent.rootKey)}`)
    await page.goto(`http://127.0.0.1:${port()}/?canisterId=${principalToText(id as never)}`)
    assert.equal(await page.textContent('h1'), 'From a canister')
  })

  it('an address without a canister ends on the dashboard, which follows the network', async () => {
    await page.goto(`http://localhost:${port()}/`)
    assert.match(page.url(), /\/_\/dashboard$/)
    const height = Number(await page.textContent('[data-fact=certifiedHeight]'))
    await install(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), new Uint8Array(0))
    await page.waitForFunction((before) => Number(document.querySelector('[data-fact=certifiedHeight]')!.textContent) > before, height)
  })

  it('the dashboard lists canisters, with a way to their methods', async () => {
    const id = principalToText((await install(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), new Uint8Array(0))) as never)
    await page.goto(`http://localhost:${port()}/_/dashboard`)
    const row = page.getByRole('row', {name: id})
    assert.match((await row.textContent())!, /running\s*[\d.]+ T\s*[\d.]+ K?i?B/)
    assert.equal(await row.getByRole('link').getAttribute('href'), `/_/candid?id=${id}`)
  })

  it('a canister that does not exist is explained', async () => {
    await page.goto(`http://rdmx6-jaaaa-aaaaa-aaadq-cai.localhost:${port()}/`)
    assert.match((await page.textContent('body'))!, /What to do next/)
    faults = faults.filter((fault) => !/status of (404|503)/.test(fault))
  })

  describe('the Candid UI', () => {
    let id: string
    const compiler = new MotokoCompiler()

    before(async () => {
      mkdirSync(join(folder, 'backend'))
      writeFileSync(join(folder, 'backend', 'main.mo'), BACKEND)
      const root = join(folder, 'backend')
      const files = await readMotokoProgram({canister: 'app', root, main: join(root, 'main.mo'), args: [], packages: new Map()})
      const {artifact} = await compileMotoko(files, {compiler, cache: undefined, siblings: new Map()})
      id = principalToText((await install(artifact.wasm, encodeArgs([], []))) as never)
    })
    after(() => compiler.close())
    beforeEach(async () => {
      await page.goto(`http://127.0.0.1:${port()}/_/candid?id=${id}`)
      await page.waitForSelector('details')
    })

    const method = (name: string) => page.locator('details', {has: page.locator('summary code', {hasText: new RegExp(`^${name}$`)})})
    const open = async (name: string) => {
      const form = method(name)
      await form.locator('summary').click()
      return form
    }
    const result = async (form: ReturnType<typeof method>): Promise<string> => (await form.locator('.output pre').textContent())!

    it('queries, and shows the answer as Candid and as JSON', async () => {
      const form = await open('greet')
      await form.locator('.fields').getByRole('textbox').fill('wörld')
      await form.getByRole('button', {name: 'Query'}).click()
      assert.equal(await result(form), '("Hello, wörld!")')
      await form.getByRole('button', {name: 'JSON'}).click()
      assert.equal(await result(form), '"Hello, wörld!"')
    })

    it('can be used with the keyboard alone', async () => {
      await method('greet').locator('summary').focus()
      await page.keyboard.press('Enter')
      await method('greet').getByRole('textbox').waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.type('keys')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      assert.equal(await result(method('greet')), '("Hello, keys!")')
    })

    it('updates, keeps a history, and repeats from it', async () => {
      const form = await open('increment')
      await form.locator('.fields').getByRole('textbox').fill('1_000')
      await form.getByRole('button', {name: 'Call'}).click()
      assert.equal(await result(form), '(1_000 : nat)')
      await page.reload()
      await page.getByRole('button', {name: /Use the arguments of increment/}).click()
      await method('increment').getByRole('button', {name: 'Call'}).click()
      assert.equal(await result(method('increment')), '(2_000 : nat)')
    })

    it('points at an input that is not of its type', async () => {
      const form = await open('increment')
      await form.locator('.fields').getByRole('textbox').fill('-1')
      await form.getByRole('button', {name: 'Call'}).click()
      await form.locator('[aria-invalid]').waitFor()
      assert.match((await form.locator('.field .fault').textContent())!, /out of range for nat/)
    })

    it('has fields for every kind of type, recursive ones too', async () => {
      const form = await open('everything')
      const textbox = (name: string) => form.getByRole('textbox', {name, exact: true})
      const choice = (name: string) => form.getByRole('combobox', {name, exact: true})
      await textbox('owner principal').fill('aaaaa-aa')
      await form.getByLabel('subaccount is given').check()
      await textbox('subaccount blob').fill('ab')
      await choice('argument 2 variant').selectOption('node')
      await choice('left variant').selectOption('leaf')
      await textbox('leaf int').first().fill('-5')
      await choice('right variant').selectOption('leaf')
      await textbox('leaf int').last().fill('7')
      await form.getByRole('button', {name: 'Add to argument 3'}).click()
      await textbox('item text').fill('one')
      await form.getByLabel('argument 4 is given').check()
      await textbox('argument 4 nat64').fill('18446744073709551615')
      await textbox('argument 5 float64').fill('1.5')
      await form.getByRole('checkbox', {name: 'argument 6 bool'}).check()
      await textbox('argument 7 int8').fill('-128')
      await form.getByRole('button', {name: 'Call'}).click()
      const text = (await result(form)).replace(/\s+/g, ' ')
      for (const part of [
        'principal "aaaaa-aa"',
        'opt blob "ab"',
        'leaf = -5 : int',
        'leaf = 7 : int',
        'vec { "one" }',
        'opt (18_446_744_073_709_551_615 : nat64)',
        '1.5 : float64',
        'true',
        '-128 : int8',
      ])
        assert.ok(text.includes(part), `${part} in ${text}`)
    })

    it('calls as an identity of the browser', async () => {
      await page.getByRole('button', {name: 'New identity'}).click()
      const principal = (await page.locator('#identity output').textContent())!
      assert.match(principal, /^\w{5}-/)
      const form = await open('whoami')
      await form.getByRole('button', {name: 'Query'}).click()
      assert.equal(await result(form), `(principal "${principal}")`)
    })

    it('shows what a canister rejects', async () => {
      const form = await open('fail')
      await form.getByRole('button', {name: 'Call'}).click()
      assert.match((await form.locator('.output .fault').textContent())!, /assertion failed/)
    })

    it('sends one-way calls', async () => {
      const form = await open('tell')
      await form.locator('.fields').getByRole('textbox').fill('x')
      await form.getByRole('button', {name: 'Call'}).click()
      assert.match(await result(form), /sent/)
    })
  })
})
