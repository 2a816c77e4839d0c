import assert from 'node:assert/strict'
import {encodeUtf8, fromHex} from '../../../../src/base/bytes.js'
import {lookup} from '../../../../src/protocol/hash-tree.js'
import {type Principal, principalToText} from '../../../../src/protocol/principal.js'
import {checkReadStatePaths, type ReadStateScope} from '../../../../src/replica/certification/path-permissions.js'
import {createStateTree} from '../../../../src/replica/certification/state-tree.js'
import {makeWitness} from '../../../../src/replica/certification/witness.js'
import type {Registry} from '../../../../src/replica/registry/subnet-record.js'
import {receiveIngress} from '../../../../src/replica/state/ingress-history.js'
import {aCanister, aCode, anIngress, aState, aSubnet, idOf, SUBNET_ID, USER} from '../makers.js'

const ROOT = `${'0c'.repeat(28)}02` as Principal
const STRANGER = '04' as Principal
const registry: Registry = {
  version: 1,
  rootSubnetId: ROOT,
  subnets: new Map([
    [SUBNET_ID, aSubnet()],
    [ROOT, aSubnet({subnetId: ROOT})],
  ]),
}
const sections = [
  {visibility: 'public', name: 'candid:service', content: Uint8Array.of(1)},
  {visibility: 'private', name: 'secret', content: Uint8Array.of(2)},
] as const
const message = anIngress()
const unknown = 'ee'.repeat(32)
const aSubnetState = () => {
  const state = aState({canisters: [aCanister({code: aCode({module: {customSections: sections}})})]})
  receiveIngress(state, message)
  return state
}

const toLabels = (path: string) => path.split('/').map((label) => (label.startsWith('#') ? fromHex(label.slice(1)) : encodeUtf8(label)))
const canister = (isV3: boolean): ReadStateScope => ({scope: 'canister', effectiveId: idOf(0), isV3})
const subnet = (isV3: boolean): ReadStateScope => ({scope: 'subnet', effectiveId: SUBNET_ID, isV3})

const check = (paths: readonly string[], scope: ReadStateScope, sender = USER, targets?: ReadonlySet<Principal>) =>
  checkReadStatePaths(aSubnetState(), registry, {paths: paths.map(toLabels), sender, targets}, scope)
const outcome = (...args: Parameters<typeof check>) => {
  const permission = check(...args)
  return permission.kind === 'allowed' ? 'ok' : `${permission.status} ${permission.text}`
}

const INVALID = '404 Invalid path requested.'

describe('checkReadStatePaths', () => {
  /** What v2 canister, v3 canister, v2 subnet and v3 subnet endpoint say: `+` allowed, `-` invalid. */
  const table: readonly [path: string, verdicts: string][] = [
    ['time', '++++'],
    ['time/x', '----'],
    ['nothing', '----'],
    ['api_boundary_nodes', '++++'],
    ['api_boundary_nodes/#0102/domain', '++++'],
    ['api_boundary_nodes/#0102/colour', '----'],
    ['subnet', '++++'],
    [`subnet/#${SUBNET_ID}`, '++++'],
    [`subnet/#${SUBNET_ID}/public_key`, '++++'],
    [`subnet/#${SUBNET_ID}/type`, '++++'],
    [`subnet/#${SUBNET_ID}/node`, '++++'],
    [`subnet/#${SUBNET_ID}/node/#0102/public_key`, '++++'],
    [`subnet/#${SUBNET_ID}/node/#0102/private_key`, '----'],
    [`subnet/#${SUBNET_ID}/canister_ranges`, '+-+-'],
    [`subnet/#${ROOT}/canister_ranges`, '++++'],
    [`subnet/#${SUBNET_ID}/metrics`, '--++'],
    [`subnet/#${ROOT}/metrics`, '----'],
    [`canister_ranges/#${SUBNET_ID}`, '--++'],
    ['canister_ranges', '----'],
    ['request_status', '----'],
    [`request_status/#${message.id}`, '++++'],
    [`request_status/#${message.id}/reply`, '++++'],
    [`request_status/#${message.id}/secret`, '----'],
    [`request_status/#${unknown}`, '++++'],
    [`canister/#${idOf(0)}/controllers`, '++--'],
    [`canister/#${idOf(0)}/module_hash`, '++--'],
    [`canister/#${idOf(0)}/canister_creation_timestamp`, '++--'],
    [`canister/#${idOf(0)}/last_install_timestamp`, '++--'],
    [`canister/#${idOf(0)}/certified_data`, '----'],
    [`canister/#${idOf(0)}`, '----'],
    [`canister/#${idOf(0)}/metadata`, '----'],
    [`canister/#${idOf(0)}/metadata/candid:service`, '++--'],
    [`canister/#${idOf(0)}/metadata/absent`, '++--'],
    ['metadata', '----'],
  ]
  for (const [path, verdicts] of table)
    it(`/${path.replace(/#(\w{4})\w*/g, '$1…')}: ${verdicts}`, () => {
      const scopes = [canister(false), canister(true), subnet(false), subnet(true)]
      const found = scopes.map((scope) => outcome([path], scope))
      assert.deepEqual(
        found.map((text) => (text === 'ok' ? '+' : text === INVALID ? '-' : text)),
        [...verdicts],
      )
    })

  const text = principalToText
  const errors = [
    {
      paths: [`canister/#${idOf(1)}/controllers`],
      expected: `400 Effective principal id in URL ${text(idOf(0))} does not match requested principal id: ${text(idOf(1))}.`,
    },
    {paths: [`canister/#${'aa'.repeat(30)}/controllers`], expected: /^400 Could not parse principal ID: /},
    {
      paths: ['request_status/#0102'],
      expected: '400 Invalid request id in paths. Maybe the request ID is not of 32 bytes in length?!',
    },
    {
      paths: [`request_status/#${unknown}`, `request_status/#${message.id}/status`],
      expected: `400 More than one non-unique request ID exists in request_status paths: 0x${unknown} and 0x${message.id}.`,
    },
    {paths: [`canister/#${idOf(0)}/metadata/#ff`], expected: /^400 Could not parse the custom section name: /},
    {
      paths: [`request_status/#${message.id}`],
      sender: STRANGER,
      expected: '403 The user tries to access Request ID not signed by the caller.',
    },
    {
      paths: [`request_status/#${message.id}`],
      targets: new Set([idOf(5)]),
      expected: '403 The user tries to access request IDs for canisters not belonging to sender delegation targets.',
    },
    {
      paths: [`canister/#${idOf(0)}/metadata/secret`],
      sender: STRANGER,
      expected: '403 Custom section secret can only be requested by the controllers of the canister.',
    },
    {paths: [`canister/#${idOf(0)}/metadata/secret`], expected: 'ok'},
    {paths: [`request_status/#${message.id}`], targets: new Set([idOf(0)]), expected: 'ok'},
  ]
  for (const {paths, sender, targets, expected} of errors)
    it(`answers ${String(expected).slice(0, 70)}`, () => {
      const found = outcome(paths, canister(true), sender, targets)
      if (typeof expected === 'string') assert.equal(found, expected)
      else assert.match(found, expected)
    })

  it('lets one subnet be asked for its ranges', () =>
    assert.equal(outcome([`canister_ranges/#${SUBNET_ID}`, `canister_ranges/#${ROOT}`], subnet(true)), INVALID))

  it('hides ranges and metrics under a prefix (planted: without the exclusion they are seen)', () => {
    const {labels} = createStateTree(aSubnetState(), registry)
    const permission = check(['subnet'], canister(true))
    assert.ok(permission.kind === 'allowed')
    const seen = (exclude?: typeof permission.exclude) => {
      const witness = makeWitness(labels, permission.paths, exclude)
      return [`subnet/#${SUBNET_ID}/canister_ranges`, `subnet/#${SUBNET_ID}/metrics`, `subnet/#${ROOT}/canister_ranges`].map(
        (path) => lookup(witness, toLabels(path)).kind === 'found',
      )
    }
    assert.deepEqual(seen(permission.exclude), [false, false, true])
    assert.deepEqual(seen(), [true, true, true])
  })
})
