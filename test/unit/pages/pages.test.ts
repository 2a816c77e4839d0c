import assert from 'node:assert/strict'
import {createServer, type IncomingHttpHeaders, request} from 'node:http'
import type {AddressInfo} from 'node:net'
import {fromHex} from '../../../src/base/bytes.js'
import {formatBytes, formatCycles} from '../../../src/pages/dashboard.js'
import type {CanisterFacts, FactsPort, NetworkFacts} from '../../../src/pages/network-facts.js'
import {html} from '../../../src/pages/page.js'
import {createPages} from '../../../src/pages/pages.js'
import {canisterIdFromNumber, type Principal, principalToText} from '../../../src/protocol/principal.js'

const SUBNET = 'aabbcc02' as Principal
const FACTS: NetworkFacts = {
  version: '1.2.3 <b>',
  health: 'healthy',
  certifiedHeight: 42,
  rootKey: fromHex('3081'),
  subnets: [
    {
      subnetId: SUBNET,
      kind: 'Application',
      nodes: ['dd02' as Principal],
      ranges: [{first: canisterIdFromNumber(0n), last: canisterIdFromNumber(9n)}],
    },
  ],
  defaultEffectiveCanisterId: canisterIdFromNumber(3n),
}
const CANISTERS: readonly CanisterFacts[] = [
  {canisterId: canisterIdFromNumber(3n), status: 'running', balanceCycles: 3_100_000_000_000n, memoryBytes: 5_000_000n, hasModule: true},
]

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

async function ask(path: string, {host = 'localhost', method = 'GET', port = {getFacts: () => FACTS} as FactsPort} = {}): Promise<Answer> {
  const pages = createPages({port, staticFolder: '/nowhere'})
  const server = createServer((incoming, response) => void pages(incoming, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await new Promise((resolve, reject) => {
      const to = {port: (server.address() as AddressInfo).port, host: '127.0.0.1', path, method, headers: {host}}
      request(to, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        incoming.on('end', () => resolve({status: incoming.statusCode!, headers: incoming.headers, text}))
      })
        .on('error', reject)
        .end()
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('the pages of a local network', () => {
  for (const host of ['localhost', 'localhost:4943', '127.0.0.1:1', '[::1]:80', 'LOCALHOST'])
    it(`are shown to ${host}`, async () => assert.equal((await ask('/_/dashboard', {host})).status, 200))
  for (const host of ['evil.example', 'localhost.evil.example', `${principalToText(SUBNET)}.localhost`])
    it(`are kept from '${host}'`, async () => {
      const {status, text} = await ask('/_/topology', {host})
      assert.equal(status, 403)
      assert.doesNotMatch(text, /subnet_configs/)
    })

  it('show the network, its text escaped, with nothing to run but own scripts', async () => {
    const {text, headers} = await ask('/_/dashboard')
    for (const part of ['healthy', '42', '1.2.3 &#60;b&#62;', principalToText(SUBNET), '3081']) assert.ok(text.includes(part), part)
    assert.match(String(headers['content-security-policy']), /default-src 'none'; script-src 'self'/)
    assert.doesNotMatch(text, /<script>|https?:\/\//)
  })

  it('list canisters where the network tells them', async () => {
    const listing: FactsPort = {getFacts: () => FACTS, listCanisters: async () => CANISTERS}
    const {text} = await ask('/_/dashboard', {port: listing})
    for (const part of [`/_/candid?id=${principalToText(canisterIdFromNumber(3n))}`, '3.100 T', '4.8 MiB', 'running'])
      assert.ok(text.includes(part), part)
    assert.match((await ask('/_/dashboard', {port: {...listing, listCanisters: async () => []}})).text, /There are none yet/)
  })

  it('tell the topology as PocketIC does', async () => {
    const {text} = await ask('/_/topology')
    const topology = JSON.parse(text)
    assert.equal(Buffer.from(topology.default_effective_canister_id.canister_id, 'base64').toString('hex'), canisterIdFromNumber(3n))
    const subnet = topology.subnet_configs[principalToText(SUBNET)]
    assert.deepEqual([subnet.subnet_kind, subnet.size, subnet.canister_ranges.length], ['Application', 1, 1])
  })

  const answers = [
    {path: '/_/', status: 307},
    {path: '/_/candid?id=x', status: 200},
    {path: '/_/facts', status: 200},
    {path: '/_/nothing', status: 404},
    {path: '/_/static/../../package.json', status: 404},
    {path: '/_/static/constructor', status: 404},
    {path: '/_/dashboard', method: 'POST', status: 405},
  ]
  for (const {path, method = 'GET', status} of answers)
    it(`answer ${method} ${path} with ${status}`, async () => assert.equal((await ask(path, {method})).status, status))

  it('escape what is not markup', () =>
    assert.equal(html`<p title="${'"'}">${'<'}${html`<b>${'&'}</b>`}${1}</p>`.text, '<p title="&#34;">&#60;<b>&#38;</b>1</p>'))
  it('round cycles and bytes', () => {
    assert.deepEqual([formatCycles(0n), formatCycles(999_999_999n), formatCycles(12_345_678_901_234n)], ['0.000 T', '0.000 T', '12.345 T'])
    assert.deepEqual(
      [formatBytes(0n), formatBytes(1023n), formatBytes(1536n), formatBytes(2n ** 50n)],
      ['0 B', '1023 B', '1.5 KiB', '1024.0 TiB'],
    )
  })
})
