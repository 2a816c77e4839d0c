import assert from 'node:assert/strict'
import {findInfo} from '../../../src/operations/find-info.js'
import {renderPing} from '../../../src/operations/ping-network.js'
import {requireLocal} from '../../../src/operations/start-local-network.js'
import {resolveNetwork} from '../../../src/project/networks.js'

const places = {config: '/c', cache: '/k', data: '/d'}
const network = (name: string) => resolveNetwork(name, {project: undefined, shared: {}, places})
const networkUrl = (): string => 'http://127.0.0.1:9'
const context = {places, network: () => network('local'), networkUrl}

describe('findInfo', () => {
  it('gives the configured port while nothing runs', async () => assert.equal(await findInfo('webserver-port', context), '4943'))
  it('gives the places of files', async () =>
    assert.deepEqual(
      [await findInfo('networks-json-path', context), await findInfo('config-json-path', context)],
      ['/c/networks.json', '/c/config.json'],
    ))
  it('has no port of a remote network', () =>
    assert.rejects(findInfo('webserver-port', {...context, network: () => network('ic')}), {code: 'INFO_UNAVAILABLE'}))
  it('has no PocketIC', () => assert.rejects(findInfo('pocketic-config-port', context), {message: 'No PocketIC port found'}))
  it('does not look at networks for what needs none', async () => {
    const broken = {...context, network: () => assert.fail('asked for the network')}
    assert.equal(await findInfo('config-json-path', broken), '/c/config.json')
    await assert.rejects(findInfo('webserver-port', broken), /asked for the network/)
  })
})

describe('renderPing', () => {
  it('shows a field a line, as JSON', () => {
    const text = renderPing({replica_health_status: 'healthy', root_key: [48, 129]})
    assert.equal(text, '{\n  "replica_health_status": "healthy",\n  "root_key": [48,129]\n}')
    assert.deepEqual(JSON.parse(text), {replica_health_status: 'healthy', root_key: [48, 129]})
  })
})

describe('requireLocal', () => {
  it('refuses a network of other providers', () => assert.throws(() => requireLocal(network('ic')), {code: 'NETWORK_NOT_LOCAL'}))
})
