import assert from 'node:assert/strict'
import {hostName, type RequestAddress, resolveCanister} from '../../../src/gateway/resolve-canister.js'
import {canisterIdFromNumber, principalToText} from '../../../src/protocol/principal.js'

const ID = canisterIdFromNumber(1n)
const OTHER = canisterIdFromNumber(2n)
const id = principalToText(ID)
const other = principalToText(OTHER)

const RULES = {
  domains: ['localhost', '127.0.0.1', 'example.com'],
  findCanisterByName: (host: string) => (host === 'shop.local.localhost' || host === 'shop.localhost' ? OTHER : undefined),
}

const at = (host: string | undefined, url = '/', referer?: string): RequestAddress => ({host, url, referer})

/** The canister (`raw` in front for raw hosts), `landing`, or the error. */
function outcome(address: RequestAddress, rules: Parameters<typeof resolveCanister>[1] = RULES): string {
  const resolution = resolveCanister(address, rules)
  if (resolution.kind === 'canister') return `${resolution.isRaw ? 'raw ' : ''}${principalToText(resolution.canisterId)}`
  return resolution.kind === 'unresolved' ? resolution.errorType : resolution.kind
}

describe('resolveCanister', () => {
  const cases: readonly {readonly name: string; readonly address: RequestAddress; readonly expected: string}[] = [
    {name: 'the first label of the host', address: at(`${id}.localhost:8000`, '/a?b'), expected: id},
    {name: 'upper case and a final dot', address: at(`${id.toUpperCase()}.LOCALHOST.`), expected: id},
    {name: 'a configured domain', address: at(`${id}.example.com`), expected: id},
    {name: 'what follows the last -- of the label', address: at(`my--branch--${id}.localhost`), expected: id},
    {name: 'a raw host', address: at(`${id}.raw.localhost`), expected: `raw ${id}`},
    {name: 'another second label', address: at(`${id}.cooked.localhost`), expected: 'client_unknown_domain'},
    {name: 'a friendly name of two labels', address: at('shop.local.localhost'), expected: other},
    {name: 'a friendly name of one label', address: at('shop.localhost'), expected: other},
    {name: 'an unknown name', address: at('nothing.localhost'), expected: 'canister_id_incorrect'},
    {name: 'a damaged id', address: at(`a${id.slice(1)}.localhost`), expected: 'canister_id_incorrect'},
    {name: 'the management canister', address: at('aaaaa-aa.localhost'), expected: 'canister_id_incorrect'},
    {name: 'a domain that only ends alike', address: at(`${id}.notlocalhost`), expected: 'client_unknown_domain'},
    {name: 'a foreign domain', address: at('evil.example.org', `/?canisterId=${id}`), expected: 'client_unknown_domain'},
    {name: 'the host before the parameter', address: at(`${id}.localhost`, `/?canisterId=${other}`), expected: id},
    {name: 'the parameter on a base domain', address: at('127.0.0.1:4943', `/x?a=1&canisterId=${id}`), expected: id},
    {name: 'a malformed parameter', address: at('localhost', '/?canisterId=abc'), expected: 'canister_id_incorrect'},
    {name: 'the parameter before the referer', address: at('localhost', `/?canisterId=${id}`, `http://${other}.localhost/`), expected: id},
    {name: 'the host of the referer', address: at('localhost', '/main.js', `http://${id}.localhost:8000/index.html`), expected: id},
    {name: 'the parameter of the referer', address: at('localhost', '/main.js', `http://127.0.0.1:8000/?canisterId=${id}`), expected: id},
    {name: 'a referer without an id', address: at('localhost', '/x', 'http://localhost/'), expected: 'canister_id_not_resolved'},
    {name: 'a referer that is no address', address: at('localhost', '/x', '::'), expected: 'canister_id_not_resolved'},
    {name: 'the root of a base domain', address: at('localhost:8000', '/'), expected: 'landing'},
    {name: 'the root with a query', address: at('localhost:8000', '/?a'), expected: 'landing'},
    {name: 'a path of a base domain', address: at('localhost:8000', '/x'), expected: 'canister_id_not_resolved'},
    {name: 'no host', address: at(undefined), expected: 'client_no_authority'},
    {name: 'an empty host', address: at(''), expected: 'client_no_authority'},
  ]
  for (const {name, address, expected} of cases) it(`${name}: ${expected}`, () => assert.equal(outcome(address), expected))

  it('serves every host when no domain is configured, never raw', () => {
    const open = {domains: []}
    assert.equal(outcome(at(`${id}.anything.org`), open), id)
    assert.equal(outcome(at(`${id}.raw.localhost`), open), id)
    assert.equal(outcome(at('10.0.0.1:80', `/?canisterId=${id}`), open), id)
    assert.equal(outcome(at('10.0.0.1:80', '/x'), open), 'canister_id_not_resolved')
  })

  it('reads IPv6 hosts', () => {
    assert.equal(hostName('[::1]:8000'), '::1')
    assert.equal(hostName('[::1]'), '::1')
  })
})
