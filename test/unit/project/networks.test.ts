import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {findBind, loadNetworksJson, type NetworkConfig, resolveNetwork, showBind} from '../../../src/project/networks.js'
import type {NetworksJson} from '../../../src/project/networks-json.js'
import {findPlaces, type Places} from '../../../src/project/places.js'
import type {Project} from '../../../src/project/project.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'
import {aProject} from './makers.js'

const places: Places = {config: '/c', cache: '/k', data: '/d'}

function resolve(name: string, sources: {project?: Project; shared?: NetworksJson} = {}): NetworkConfig {
  return resolveNetwork(name, {project: sources.project, shared: sources.shared ?? {}, places})
}

describe('resolveNetwork', () => {
  it('knows the shared local network without any file', () => {
    const network = resolve('local')
    assert.ok(network.kind === 'local')
    assert.deepEqual(
      [network.scope, network.bind, network.folder, network.isPersistent],
      ['shared', {host: '127.0.0.1', port: 4943}, '/d/network/local', false],
    )
  })

  it('takes the address of networks.json', () => {
    const network = resolve('local', {shared: {local: {bind: 'localhost:5000'}}})
    assert.ok(network.kind === 'local')
    assert.deepEqual([network.scope, network.bind], ['shared', {host: 'localhost', port: 5000}])
  })

  it('prefers what dfx.json defines, on port 8000, with its state in the project', () => {
    const network = resolve('local', {project: aProject({networks: {local: {}}}), shared: {local: {bind: 'localhost:5000'}}})
    assert.ok(network.kind === 'local')
    assert.deepEqual([network.scope, network.bind.port, network.folder], ['project', 8000, '/p/.dfx/network/local'])
  })

  for (const {name, definition, persistent, mainnet} of [
    {name: 'ic', definition: undefined, persistent: true, mainnet: true},
    {name: 'playground', definition: undefined, persistent: false, mainnet: true},
    {name: 'test', definition: {providers: ['http://10.0.0.1:80/']}, persistent: true, mainnet: false},
    {name: 'test', definition: {providers: ['https://icp-api.io']}, persistent: true, mainnet: true},
    {name: 'test', definition: {providers: ['http://x'], type: 'ephemeral' as const}, persistent: false, mainnet: false},
  ])
    it(`takes ${name} ${JSON.stringify(definition) ?? ''} as ${persistent ? 'persistent' : 'ephemeral'}${mainnet ? ', on mainnet' : ''}`, () => {
      const network = resolve(name, {project: aProject({networks: definition ? {[name]: definition} : {}})})
      assert.ok(network.kind === 'remote')
      assert.deepEqual([network.isPersistent, network.isMainnet], [persistent, mainnet])
      assert.ok(network.providers.every((url) => !url.endsWith('/')))
    })

  it('takes a URL as an ephemeral network, with a folder name of its letters', () => {
    const network = resolve('http://10.0.0.1:8080')
    assert.ok(network.kind === 'remote')
    assert.deepEqual(
      [network.providers, network.folderName, network.isPersistent],
      [['http://10.0.0.1:8080'], 'http___10_0_0_1_8080', false],
    )
  })

  it('names the known networks for an unknown one', () =>
    assert.throws(() => resolve('tst', {shared: {test: {}}}), {code: 'NETWORK_NOT_FOUND', message: 'Network not found: tst'}))
  it('refuses a persistent network without providers', () =>
    assert.throws(() => resolve('n', {shared: {n: {type: 'persistent'}}}), {code: 'NETWORK_WITHOUT_PROVIDERS'}))
  it('refuses an empty list of providers', () =>
    assert.throws(() => resolve('n', {shared: {n: {providers: []}}}), {code: 'NETWORK_WITHOUT_PROVIDERS'}))
  it('refuses a bad address with its place', () =>
    assert.throws(() => resolve('local', {shared: {local: {bind: 'x'}}}), {code: 'CONFIG_INVALID'}))
})

describe('findBind', () => {
  for (const text of ['127.0.0.1:0', 'localhost:65535', '[::1]:4943'])
    it(`reads ${text}`, () => assert.equal(showBind(findBind(text)!), text))
  for (const text of ['x', ':1', 'a:65536', 'a:b', '::1:80', '']) it(`refuses '${text}'`, () => assert.equal(findBind(text), undefined))
})

describe('loadNetworksJson', () => {
  const folder = useTemporaryFolder()
  it('is empty without a file', () => assert.deepEqual(loadNetworksJson({...places, config: folder.path}), {}))
  it('says what is wrong with a file', () => {
    mkdirSync(folder.path, {recursive: true})
    writeFileSync(folder.file('networks.json'), '{"local": {"type": "lasting"}}')
    assert.throws(() => loadNetworksJson({...places, config: folder.path}), {
      code: 'CONFIG_INVALID',
      mistakes: [{path: 'local.type', problem: 'expected "ephemeral" | "persistent", got "lasting"'}],
    })
  })
})

describe('findPlaces', () => {
  for (const {platform, env, expected} of [
    {platform: 'linux', env: {}, expected: ['/h/.config/dfx', '/h/.cache/dfinity', '/h/.local/share/dfx']},
    {
      platform: 'linux',
      env: {DFX_CONFIG_ROOT: '/r', DFX_CACHE_ROOT: '/q'},
      expected: ['/r/.config/dfx', '/q/.cache/dfinity', '/h/.local/share/dfx'],
    },
    {platform: 'darwin', env: {}, expected: ['/h/.config/dfx', '/h/.cache/dfinity', '/h/Library/Application Support/org.dfinity.dfx']},
    {platform: 'win32', env: {APPDATA: 'R', LOCALAPPDATA: 'L'}, expected: ['R\\dfx', 'L\\dfinity\\cache', 'L\\dfx']},
  ] as const)
    it(`${platform} ${JSON.stringify(env)}`, () => {
      const {config, cache, data} = findPlaces({platform, home: '/h', env})
      assert.deepEqual([config, cache, data], expected)
    })
})
