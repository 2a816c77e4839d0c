import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {dirname, join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {connect, type IcAgent} from '../../src/agent/ic-agent.js'
import {installCode, provisionalCreateCanister} from '../../src/agent/management.js'
import {syncAssets} from '../../src/assets/sync.js'
import {encodeUtf8, toHex} from '../../src/base/bytes.js'
import {sha256} from '../../src/base/sha256.js'
import {decodeUntyped} from '../../src/candid/decode.js'
import {parseDid} from '../../src/candid/did.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {findMethod} from '../../src/candid/types.js'
import {type CanisterId, principalToText} from '../../src/protocol/principal.js'
import {ANY_LOCAL_ID} from '../support/agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {replayState} from '../support/replay-state.js'
import {repositoryRoot} from '../support/repository-root.js'

const template = join(repositoryRoot, 'templates', 'assetstorage')
const wasm = new Uint8Array(gunzipSync(readFileSync(join(template, 'assetstorage.wasm.gz'))))
const {types, service} = parseDid(readFileSync(join(template, 'assetstorage.did'), 'utf8'))

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** The shipped asset canister on the shipped network, seen through the gateway, which verifies every response. */
describe('the asset canister', () => {
  const folder = temporaryFolder()
  const source = temporaryFolder()
  let network: LocalNetwork
  let agent: IcAgent
  let canisterId: CanisterId

  before(async () => {
    network = await startLocalNetwork(folder)
    agent = await connectAs(Ed25519KeyIdentity.generate())
    canisterId = await install(agent)
  })
  after(async () => {
    await network.stop()
    replayState(folder)
    removeFolder(folder)
    removeFolder(source)
  })

  const connectAs = (identity: Ed25519KeyIdentity): Promise<IcAgent> => connect({host: network.url, identity, rootKey: 'fetch'})

  async function install(owner: IcAgent): Promise<CanisterId> {
    const id = await provisionalCreateCanister(owner, {
      amount: undefined,
      settings: {},
      specifiedId: undefined,
      effectiveCanisterId: ANY_LOCAL_ID,
    })
    await installCode(owner, {canisterId: id, mode: {kind: 'install'}, wasm, arg: encodeArgs(service!.initArgs!, [[]], types)})
    return id
  }

  const call = async (caller: IcAgent, id: CanisterId, method: string, ...args: unknown[]): Promise<unknown> => {
    const type = findMethod({types, service: service!}, method)!
    const kind = type.modes.includes('query') ? 'query' : 'update'
    return decodeUntyped(await caller[kind]({canisterId: id, method, arg: encodeArgs(type.args, args, types)})).values[0]
  }

  const write = (files: Record<string, string | Uint8Array>): void => {
    rmSync(source, {recursive: true, force: true})
    mkdirSync(source)
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(source, path)), {recursive: true})
      writeFileSync(join(source, path), content)
    }
  }

  const fetchAsset = (path: string, headers: Record<string, string> = {}, id = canisterId): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const {hostname, port} = new URL(network.url)
      const host = `${principalToText(id)}.localhost:${port}`
      request({hostname, port, path, headers: {host, ...headers}}, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => resolve({status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(parts)}))
      })
        .on('error', reject)
        .end()
    })
  const status = async (path: string, headers?: Record<string, string>): Promise<string> => {
    const answer = await fetchAsset(path, headers)
    return `${answer.status} ${answer.body}`
  }

  it('serves a synced folder: paths, aliases, odd names, the page for everything else', async () => {
    write({
      'index.html': '<h1>home</h1>',
      'about.html': 'about',
      'docs/index.html': 'docs',
      'docs/a b ä.txt': 'spaces',
      'deep/er/est/file.bin': Uint8Array.of(1, 2, 3),
      '.hidden': 'no',
      '.well-known/ic-domains': 'example.com',
    })
    const report = await syncAssets(agent, {canisterId, source: [source]})
    assert.deepEqual([report.uploaded >= 6, report.deleted], [true, 0])
    for (const [path, body] of [
      ['/', '<h1>home</h1>'],
      ['/index.html', '<h1>home</h1>'],
      ['/?a=b', '<h1>home</h1>'],
      ['/about', 'about'],
      ['/about.html', 'about'],
      ['/docs', 'docs'],
      ['/docs/', 'docs'],
      ['/docs/index.html', 'docs'],
      ['/docs/a%20b%20%C3%A4.txt', 'spaces'],
      ['/.well-known/ic-domains', 'example.com'],
      ['/deep', '<h1>home</h1>'],
      ['/deep/er', '<h1>home</h1>'],
      ['/deep/er/est/other', '<h1>home</h1>'],
      ['/aaa', '<h1>home</h1>'],
      ['/zzz/yyy', '<h1>home</h1>'],
      ['/.hidden', '<h1>home</h1>'],
    ] as const)
      assert.equal(await status(path), `200 ${body}`, path)
    const page = await fetchAsset('/')
    assert.equal(page.headers['content-type'], 'text/html')
    assert.equal(page.headers.etag, `"${toHex(sha256(encodeUtf8('<h1>home</h1>')))}"`)
    assert.deepEqual(page.headers['set-cookie'], [`ic_env=ic_root_key%3D${toHex(agent.rootKey)}; SameSite=Lax`])
    assert.deepEqual([...(await fetchAsset('/deep/er/est/file.bin')).body], [1, 2, 3])
  })

  it('answers what is known already with a certified 304', async () => {
    const {etag} = (await fetchAsset('/about')).headers
    const again = await fetchAsset('/about', {'if-none-match': String(etag)})
    assert.deepEqual([again.status, again.body.length], [304, 0])
  })

  it('costs nothing when nothing changed, and follows every change', async () => {
    assert.deepEqual(await syncAssets(agent, {canisterId, source: [source]}), {uploaded: 0, uploadedBytes: 0, unchanged: 6, deleted: 0})
    const large = Buffer.from('const x = 1; // a line that gzip likes\n'.repeat(500))
    write({
      'index.html': '<h1>new</h1>',
      'app.js': large,
      '.ic-assets.json5':
        "[{match: '**/*', headers: {'X-Own': 'yes'}, cache: {max_age: 60}}, /* no alias */ {match: 'index.html', enable_aliasing: false}]",
    })
    const warnings: string[] = []
    const report = await syncAssets(agent, {canisterId, source: [source], warn: (text) => warnings.push(text)})
    assert.deepEqual([report.deleted, report.uploaded], [5, 3])
    assert.match(warnings.join('\n'), /does not define a security policy for any assets/)
    const plain = await fetchAsset('/app.js')
    assert.deepEqual(
      [plain.headers['x-own'], plain.headers['cache-control'], plain.headers['content-encoding']],
      ['yes', 'max-age=60', undefined],
    )
    assert.ok(plain.body.equals(large))
    const zipped = await fetchAsset('/app.js', {'accept-encoding': 'br;q=1, gzip'})
    assert.equal(zipped.headers['content-encoding'], 'gzip')
    assert.ok(gunzipSync(zipped.body).equals(large))
    assert.equal(await status('/about'), '200 <h1>new</h1>')
    rmSync(join(source, '.ic-assets.json5'))
    await syncAssets(agent, {canisterId, source: [source]})
    assert.deepEqual(
      [(await fetchAsset('/app.js')).headers['x-own'], (await fetchAsset('/app.js')).headers['cache-control']],
      [undefined, undefined],
    )
  })

  it('says 404, certified, when there is no page for everything else', async () => {
    write({'only/this.txt': 'this'})
    await syncAssets(agent, {canisterId, source: [source]})
    for (const path of ['/', '/only', '/only/', '/only/that.txt', '/zz', '/only/this.txt/more'])
      assert.equal(await status(path), '404 not found', path)
    assert.equal(await status('/only/this.txt'), '200 this')
  })

  it('keeps and streams a file of several chunks', async () => {
    const large = Buffer.alloc(5_000_001, 'icicle ')
    write({'large.bin': large, 'empty.bin': ''})
    await syncAssets(agent, {canisterId, source: [source]})
    const answer = await fetchAsset('/large.bin')
    assert.equal(answer.status, 200)
    assert.ok(answer.body.equals(large))
    assert.equal(await status('/empty.bin'), '200 ')
  })

  it('lets only those change it who may', async () => {
    const stranger = await connectAs(Ed25519KeyIdentity.generate())
    write({'new.txt': 'new'})
    await assert.rejects(syncAssets(stranger, {canisterId, source: [source]}), {code: 'ASSET_PERMISSION_MISSING'})
    await call(agent, canisterId, 'grant_permission', {to_principal: stranger.sender, permission: {Prepare: null}})
    await assert.rejects(syncAssets(stranger, {canisterId, source: [source]}), /Caller does not have Commit permission/)
    await assert.rejects(call(stranger, canisterId, 'grant_permission', {to_principal: stranger.sender, permission: {Commit: null}}))
    await assert.rejects(call(stranger, canisterId, 'take_ownership'), /not a controller/)
    await call(agent, canisterId, 'grant_permission', {to_principal: stranger.sender, permission: {Commit: null}})
    await syncAssets(stranger, {canisterId, source: [source]})
    assert.equal(await status('/new.txt'), '200 new')
    await call(agent, canisterId, 'revoke_permission', {of_principal: stranger.sender, permission: {Commit: null}})
    await assert.rejects(call(stranger, canisterId, 'clear', {}), /Commit permission/)
  })

  it('computes the evidence of a proposal as the uploader does, and commits it once', async () => {
    write({
      'new.txt': 'newer',
      'b.js': 'b'.repeat(1000),
      '.ic-assets.json': '[{"match": "*.js", "headers": {"B": "2", "A": "1"}, "cache": {"max_age": 300}}]',
    })
    const {evidence} = await syncAssets(agent, {canisterId, source: [source], mode: 'evidence'})
    const {proposal} = await syncAssets(agent, {canisterId, source: [source], mode: 'propose'})
    assert.equal(toHex(proposal!.evidence), toHex(evidence!))
    assert.equal(await status('/new.txt'), '200 new')
    await assert.rejects(syncAssets(agent, {canisterId, source: [source]}), /is already proposed/)
    const wrong = {batch_id: proposal!.batchId, evidence: sha256(evidence!)}
    await assert.rejects(call(agent, canisterId, 'commit_proposed_batch', wrong), /does not match presented evidence/)
    await call(agent, canisterId, 'commit_proposed_batch', {batch_id: proposal!.batchId, evidence})
    assert.equal(await status('/new.txt'), '200 newer')
  })

  it('keeps assets and permissions through an upgrade', async () => {
    await installCode(agent, {
      canisterId,
      mode: {kind: 'upgrade', skipPreUpgrade: false, wasmMemoryPersistence: 'keep'},
      wasm,
      arg: encodeArgs(service!.initArgs!, [[{Upgrade: {set_permissions: []}}]], types),
    })
    assert.equal(await status('/new.txt'), '200 newer')
    await syncAssets(agent, {canisterId, source: [source]})
    const wrongArgument = encodeArgs(service!.initArgs!, [[{Init: {set_permissions: []}}]], types)
    await assert.rejects(
      installCode(agent, {
        canisterId,
        mode: {kind: 'upgrade', skipPreUpgrade: false, wasmMemoryPersistence: 'keep'},
        wasm,
        arg: wrongArgument,
      }),
      /Init argument/,
    )
  })

  it('refuses contents that are not what their hash says', async () => {
    const content = encodeUtf8('x')
    const argument = {key: '/x', content_type: 'text/plain', content_encoding: 'identity', content, sha256: [sha256(encodeUtf8('y'))]}
    await assert.rejects(call(agent, canisterId, 'store', argument), /sha256 mismatch/)
    await assert.rejects(call(agent, canisterId, 'store', {...argument, key: 'x', sha256: []}), /start with/)
  })

  it('proves one encoding to old gateways', async () => {
    const reply = (await call(agent, canisterId, 'http_request', {
      method: 'GET',
      url: '/b.js',
      headers: [{_0_: 'accept-encoding', _1_: 'gzip'}],
      body: new Uint8Array(0),
      certificate_version: [],
    })) as Readonly<Record<string, unknown>>
    const text = JSON.stringify(reply, (_, value) =>
      value instanceof Uint8Array ? toHex(value) : typeof value === 'bigint' ? String(value) : value,
    )
    assert.match(text, /IC-Certificate/)
    assert.doesNotMatch(text, /IC-CertificateExpression|content-encoding/)
  })
})
