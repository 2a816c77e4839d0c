import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dropForeignNetworkFolder, openCanisterIds} from '../../../src/project/canister-ids.js'
import {getProject} from '../../../src/project/load.js'
import {type NetworkConfig, resolveNetwork} from '../../../src/project/networks.js'
import type {Project} from '../../../src/project/project.js'
import {parsePrincipal} from '../../../src/protocol/principal.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

const A = 'rrkah-fqaaa-aaaaa-aaaaq-cai'
const B = 'ryjl3-tyaaa-aaaaa-aaaba-cai'
const ids = {a: parsePrincipal(A), b: parsePrincipal(B)}

describe('canister ids', () => {
  const folder = useTemporaryFolder()
  let project: Project
  const network = (name: string): NetworkConfig =>
    resolveNetwork(name, {project, shared: {}, places: {config: folder.path, cache: folder.path, data: folder.file('data')}})
  const open = (json: unknown, name = 'local') => {
    writeFileSync(folder.file('dfx.json'), JSON.stringify(json))
    project = getProject(folder.path)
    return openCanisterIds(project, network(name))
  }

  it('keeps ids of an ephemeral network under .dfx', () => {
    const store = open({canisters: {x: {}}})
    assert.equal(store.set('x', ids.a), false)
    assert.deepEqual(JSON.parse(readFileSync(folder.file('.dfx', 'local', 'canister_ids.json'), 'utf8')), {x: {local: A}})
    assert.equal(openCanisterIds(project, network('local')).get('x'), ids.a)
    assert.equal(store.findName(ids.a), 'x')
  })

  it('keeps ids of a persistent network beside dfx.json and tells the first time', () => {
    const store = open({canisters: {x: {}}}, 'ic')
    assert.equal(store.set('x', ids.a), true)
    assert.equal(store.set('y', ids.b), false)
    assert.deepEqual(JSON.parse(readFileSync(folder.file('canister_ids.json'), 'utf8')), {x: {ic: A}, y: {ic: B}})
  })

  it('keeps ids of a URL under its name as a folder', () => {
    const store = open({canisters: {x: {}}}, 'http://h:1')
    store.set('x', ids.a)
    assert.deepEqual(JSON.parse(readFileSync(folder.file('.dfx', 'http___h_1', 'canister_ids.json'), 'utf8')), {x: {http___h_1: A}})
    assert.deepEqual([store.get('x'), store.names], [ids.a, ['x']])
  })

  it('leaves the entries of other networks when one is removed', () => {
    writeFileSync(folder.file('canister_ids.json'), JSON.stringify({x: {ic: A, other: B}, y: {ic: A}}))
    const store = open({canisters: {x: {}}}, 'ic')
    store.remove('x')
    store.remove('y')
    store.remove('z')
    assert.deepEqual(JSON.parse(readFileSync(folder.file('canister_ids.json'), 'utf8')), {x: {other: B}})
  })

  it('prefers a remote id, takes __default, and falls back to a pull id', () => {
    const store = open({
      canisters: {r: {remote: {id: {local: A}}}, d: {remote: {id: {__default: B}}}, p: {type: 'pull', id: B}, n: {remote: {id: {ic: A}}}},
    })
    store.set('r', ids.b)
    assert.deepEqual([store.find('r'), store.find('d'), store.find('p'), store.find('n')], [ids.a, ids.b, ids.b, undefined])
  })

  it('says how to create a canister that has none', () =>
    assert.throws(() => open({canisters: {x: {}}}, 'ic').get('x'), {
      code: 'CANISTER_ID_NOT_FOUND',
      message: "Cannot find canister id. Please issue 'icicle canister create x --network ic'.",
    }))

  it('refuses a damaged store', () => {
    writeFileSync(folder.file('canister_ids.json'), '{"x": {"ic": "nonsense"}}')
    assert.throws(() => open({canisters: {x: {}}}, 'ic').find('x'), {code: 'CONFIG_INVALID'})
  })

  describe('of a network that is gone', () => {
    const local = () => folder.file('.dfx', 'local')
    const startNetwork = (id: string): void => {
      mkdirSync(folder.file('data', 'network', 'local'), {recursive: true})
      writeFileSync(folder.file('data', 'network', 'local', 'network-id'), id)
    }

    it('are kept while the network is the same', () => {
      startNetwork('1')
      const store = open({canisters: {x: {}}})
      dropForeignNetworkFolder(project, network('local'))
      store.set('x', ids.a)
      dropForeignNetworkFolder(project, network('local'))
      assert.ok(existsSync(folder.file('.dfx', 'local', 'canister_ids.json')))
    })

    it('are deleted when it is another one', () => {
      startNetwork('1')
      const store = open({canisters: {x: {}}})
      dropForeignNetworkFolder(project, network('local'))
      store.set('x', ids.a)
      startNetwork('2')
      dropForeignNetworkFolder(project, network('local'))
      assert.equal(existsSync(folder.file('.dfx', 'local', 'canister_ids.json')), false)
      assert.equal(readFileSync(folder.file('.dfx', 'local', 'network-id'), 'utf8'), '2')
    })

    it('are deleted when the project defines its own network now', () => {
      startNetwork('1')
      open({canisters: {x: {}}}).set('x', ids.a)
      writeFileSync(folder.file('.dfx', 'local', 'network-id'), '1')
      open({canisters: {x: {}}, networks: {local: {}}})
      dropForeignNetworkFolder(project, network('local'))
      assert.equal(existsSync(local()), false)
    })

    it('are kept for a network that never ran here', () => {
      open({canisters: {x: {}}}).set('x', ids.a)
      dropForeignNetworkFolder(project, network('local'))
      assert.ok(existsSync(local()))
    })
  })
})
