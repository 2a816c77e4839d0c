import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {encodeUtf8, toHex} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {deploy} from '../../../src/operations/deploy.js'
import type {ModeName} from '../../../src/operations/install.js'
import type {Reporter} from '../../../src/operations/reporter.js'
import {canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'
import {WASM_HEADER} from '../../../src/wasm/constants.js'
import {addCustomSection, listCustomSections} from '../../../src/wasm/sections.js'
import {FakeNetwork} from '../agent/fake-network.js'
import {aProject, type TestProject} from './a-context.js'

/** A module with its interface as metadata, told apart by its tag. */
const aModule = (tag: string, service: string): Uint8Array =>
  addCustomSection(addCustomSection(WASM_HEADER, 'tag', encodeUtf8(tag)), 'icp:public candid:service', encodeUtf8(service))

const SERVICE = 'service : { greet : (text) -> (text) query }\n'
const CUSTOM = {type: 'custom', wasm: 'out.wasm', candid: 'out.did', build: []}

describe('deploy', () => {
  let network: FakeNetwork
  let url: string
  let project: TestProject

  beforeEach(async () => {
    network = new FakeNetwork()
    url = await network.start()
  })
  afterEach(async () => {
    project.remove()
    await network.stop()
  })

  const aCustomProject = (more: object = {}): TestProject =>
    aProject(url, {canisters: {app: {...CUSTOM, ...more}}}, {'out.wasm': aModule('1', SERVICE), 'out.did': SERVICE})
  const run = (mode: ModeName = 'auto', more: object = {}) => deploy(project.context, {target: undefined, mode, ...more})
  const only = () => [...network.canisters.values()][0]!

  it('creates, builds and installs, and says so in the words of dfx', async () => {
    project = aCustomProject()
    await run()
    const id = principalToText(canisterIdFromNumber(1n))
    assert.deepEqual(project.lines, [
      'info: Deploying all canisters.',
      'info: Creating canisters...',
      `info: app canister created with canister id: ${id}`,
      'info: Building canisters...',
      "info: Building canister 'app'.",
      'info: Finished building canisters.',
      'info: Installing canisters...',
      `info: Installed code for canister app, with canister ID ${id}`,
      'info: Deployed canisters.',
      `info: URLs:\n  Backend canister via Candid interface:\n    app: ${url}/_/candid?id=${id}`,
    ])
    assert.deepEqual(only().wasm, aModule('1', SERVICE), 'a custom module stays as it is')
  })

  it('leaves an unchanged canister alone', async () => {
    project = aCustomProject()
    await run()
    network.calls.length = 0
    const report = await run()
    assert.deepEqual(network.calls, ['canister_status'], 'nothing but the look at its cycles')
    assert.equal(report.installed[0]!.isUnchanged, true)
    const hash = toHex(sha256(aModule('1', SERVICE)))
    assert.ok(project.lines.includes(`info: Module hash ${hash} is already installed.`))
    assert.ok(project.lines.includes('info: All canisters have already been created.'))
  })

  it('upgrades a changed canister, and asks before it breaks callers', async () => {
    project = aCustomProject()
    await run()
    project.write({'out.wasm': aModule('2', SERVICE)})
    await run()
    assert.deepEqual(only().mode, {upgrade: []})
    assert.deepEqual(project.questions, [])

    const broken = 'service : { bye : () -> () }\n'
    project.write({'out.wasm': aModule('3', broken), 'out.did': broken})
    await assert.rejects(run(), {code: 'CONSENT_DECLINED', message: 'Refusing to install canister without approval'})
    assert.match(project.questions[0]!, /Candid interface compatibility check failed for canister 'app'/)
    await run('auto', {isAssumed: true})
    assert.deepEqual(only().wasm, aModule('3', broken))
  })

  it('reinstalls only the canister that is named, and only with consent', async () => {
    project = aCustomProject()
    await run()
    await assert.rejects(run('reinstall'), {code: 'MODE_INVALID'})
    await assert.rejects(run('reinstall', {target: 'app'}), {code: 'CONSENT_DECLINED'})
    assert.match(project.questions[0]!, /YOU WILL LOSE ALL DATA IN THE CANISTER/)
    project.consents = true
    await run('reinstall', {target: 'app'})
    assert.deepEqual(only().mode, {reinstall: null})
  })

  it('takes init arguments from dfx.json, and the command line before them', async () => {
    const candid = 'service : (text, opt nat) -> { greet : (text) -> (text) query }\n'
    project = aProject(
      url,
      {canisters: {app: {...CUSTOM, init_arg: '("configured", null)'}}},
      {'out.wasm': aModule('1', SERVICE), 'out.did': candid},
    )
    const received = () => decodeArgs(only().arg, [{kind: 'text'}])
    await run()
    assert.deepEqual(received(), ['configured'])
    await run('reinstall', {target: 'app', isAssumed: true, argument: {text: '("given", null)', format: 'idl'}})
    assert.deepEqual(received(), ['given'])
    assert.match(project.lines.join('\n'), /warn: Canister 'app' has init_arg in dfx\.json/)
  })

  it('says which argument is missing', async () => {
    project = aProject(url, {canisters: {app: CUSTOM}}, {'out.wasm': aModule('1', SERVICE), 'out.did': 'service : (text) -> {}'})
    await assert.rejects(run(), {code: 'ARGUMENT_INVALID', message: 'Invalid data: Expected arguments but found none.'})
  })

  it('sends a large module in chunks', async () => {
    project = aCustomProject()
    const large = addCustomSection(
      aModule('1', SERVICE),
      'filling',
      new Uint8Array(3_000_000).map((_, index) => index % 251),
    )
    project.write({'out.wasm': large})
    await run()
    assert.deepEqual(
      network.calls.filter((name) => name !== 'provisional_create_canister_with_cycles' && name !== 'canister_status'),
      ['stored_chunks', 'upload_chunk', 'upload_chunk', 'upload_chunk', 'install_chunked_code', 'clear_chunk_store'],
    )
    assert.deepEqual(only().wasm, large)
  })

  it('runs hooks with the ids in their environment, and stops at one that fails', async () => {
    const hook = (code: string) => `"${process.execPath}" -e "${code}"`
    project = aCustomProject({
      pre_install: hook("require('fs').writeFileSync('pre.txt', process.env.CANISTER_ID_APP)"),
      post_install: [hook('process.exit(3)')],
    })
    await assert.rejects(run(), {code: 'HOOK_FAILED', message: /^The post-install task `.*` failed with exit code 3/})
    assert.equal(readFileSync(join(project.root, 'pre.txt'), 'utf8'), principalToText(canisterIdFromNumber(1n)))
  })

  it('attaches the metadata that dfx.json lists', async () => {
    project = aCustomProject({metadata: [{name: 'about', visibility: 'private', content: 'us'}], gzip: false})
    await run()
    const names = listCustomSections(only().wasm!).map(({name}) => name)
    assert.deepEqual(names, ['tag', 'icp:public candid:service', 'icp:private about'])
  })

  it('writes the environment file', async () => {
    project = aCustomProject()
    project.write({'dfx.json': JSON.stringify({output_env_file: '.env', canisters: {app: CUSTOM}})})
    await run()
    const text = readFileSync(join(project.root, '.env'), 'utf8')
    assert.match(text, /DFX_NETWORK='local'/)
    assert.match(text, new RegExp(`CANISTER_ID_APP='${principalToText(canisterIdFromNumber(1n))}'`))
  })

  it('deploys Motoko canisters that import each other, and again in less than a second', async () => {
    project = aProject(
      url,
      {canisters: {front: {main: 'front.mo'}, back: {main: 'back.mo'}}},
      {
        'front.mo': 'import Back "canister:back"; actor { public func ask() : async Nat { await Back.get() } }',
        'back.mo': 'actor { stable var x = 42; public query func get() : async Nat { x } }',
      },
    )
    await run()
    assert.equal(network.canisters.size, 2)
    assert.ok(existsSync(join(project.root, '.dfx/local/canisters/back/back.most')))
    assert.equal(
      readFileSync(join(project.root, '.dfx/local/canisters/front/service.did'), 'utf8'),
      'service : {\n  ask: () -> (nat);\n}\n',
    )
    const start = performance.now()
    const report = await run()
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`)
    assert.deepEqual(
      report.installed.map(({name, isUnchanged}) => [name, isUnchanged]),
      [
        ['back', true],
        ['front', true],
      ],
    )
  })

  it('stops compiling at an interruption', async () => {
    project = aProject(
      url,
      {canisters: {back: {main: 'back.mo'}}},
      {'back.mo': 'import HashMap "mo:base/HashMap"; import Map "mo:core/Map"; actor {}'},
    )
    const controller = new AbortController()
    const {reporter} = project.context
    const interrupting: Reporter = {
      ...reporter,
      info: (text) => {
        reporter.info(text)
        if (text.startsWith('Building canister ')) setImmediate(() => controller.abort())
      },
    }
    const context = {...project.context, signal: controller.signal, reporter: interrupting}
    await assert.rejects(deploy(context, {target: undefined, mode: 'auto'}), {name: 'AbortError'})
    assert.equal(existsSync(join(project.root, '.dfx/local/canisters/back')), false)
  })

  it('catches an upgrade that would lose stable data (planted)', async () => {
    project = aProject(
      url,
      {canisters: {back: {main: 'back.mo'}}},
      {'back.mo': 'actor { stable var x : Int = 42; public query func get() : async Int { x } }'},
    )
    await run()
    project.write({'back.mo': 'actor { stable var x : Nat = 42; public query func get() : async Int { x } }'})
    await assert.rejects(run(), {
      code: 'UPGRADE_UNSAFE',
      message: /Stable interface compatibility check issued an ERROR for canister 'back'/,
    })
    project.write({
      'back.mo': 'actor { stable var x : Int = 42; stable var y = "new"; public query func get() : async Int { ignore y; x } }',
    })
    await run()
    assert.deepEqual(only().mode, {upgrade: [{skip_pre_upgrade: [], wasm_memory_persistence: [{keep: null}]}]})
  })
})
