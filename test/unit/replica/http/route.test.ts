import assert from 'node:assert/strict'
import {delegationOf, type EndpointRoute, parseRoute} from '../../../../src/replica/http/route.js'

const CANISTER = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'

describe('parseRoute', () => {
  for (const {path, kind, version, scope, delegation} of [
    {path: `/api/v2/canister/${CANISTER}/call`, kind: 'call', version: 2, scope: 'canister', delegation: 'flat'},
    {path: `/api/v3/canister/${CANISTER}/call`, kind: 'call', version: 3, scope: 'canister', delegation: 'flat'},
    {path: `/api/v4/canister/${CANISTER}/call`, kind: 'call', version: 4, scope: 'canister', delegation: 'tree'},
    {path: `/api/v4/subnet/${CANISTER}/call`, kind: 'call', version: 4, scope: 'subnet', delegation: 'tree'},
    {path: `/api/v2/canister/${CANISTER}/query`, kind: 'query', version: 2, scope: 'canister', delegation: 'flat'},
    {path: `/api/v3/canister/${CANISTER}/query`, kind: 'query', version: 3, scope: 'canister', delegation: 'tree'},
    {path: `/api/v2/canister/${CANISTER}/read_state`, kind: 'readState', version: 2, scope: 'canister', delegation: 'flat'},
    {path: `/api/v3/subnet/${CANISTER}/read_state`, kind: 'readState', version: 3, scope: 'subnet', delegation: 'tree'},
    {path: '/api/v3/canister/aaaaa-aa/call', kind: 'call', version: 3, scope: 'canister', delegation: 'flat'},
  ])
    it(`knows ${path}`, () => {
      const route = parseRoute('POST', path) as EndpointRoute
      assert.deepEqual([route.kind, route.version, route.scope, delegationOf(route)], [kind, version, scope, delegation])
    })

  for (const {method, path, kind} of [
    {method: 'GET', path: '/api/v2/status', kind: 'status'},
    {method: 'POST', path: '/api/v2/status', kind: 'methodNotAllowed'},
    {method: 'GET', path: `/api/v2/canister/${CANISTER}/call`, kind: 'methodNotAllowed'},
    {method: 'POST', path: '/api/v2/canister/nonsense/call', kind: 'badId'},
    {method: 'POST', path: '/api/v2/canister/%E0%A4%A/call', kind: 'badId'},
    {method: 'POST', path: `/api/v5/canister/${CANISTER}/call`, kind: 'notFound'},
    {method: 'POST', path: `/api/v2/subnet/${CANISTER}/call`, kind: 'notFound'},
    {method: 'POST', path: `/api/v4/canister/${CANISTER}/query`, kind: 'notFound'},
    {method: 'GET', path: '/', kind: 'notFound'},
  ])
    it(`answers ${kind} to ${method} ${path}`, () => assert.equal(parseRoute(method, path).kind, kind))
})
