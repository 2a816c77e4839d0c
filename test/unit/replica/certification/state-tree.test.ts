import assert from 'node:assert/strict'
import fc from 'fast-check'
import {decodeUtf8, encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {canisterIdFromNumber, type Principal} from '../../../../src/protocol/principal.js'
import {type LabelTree, textLabel} from '../../../../src/replica/certification/label-tree.js'
import {createStateTree, updateStateTree} from '../../../../src/replica/certification/state-tree.js'
import type {Registry} from '../../../../src/replica/registry/subnet-record.js'
import {answerIngress, receiveIngress} from '../../../../src/replica/state/ingress-history.js'
import {sortPrincipals} from '../../../../src/replica/state/new-canister.js'
import {aRunningSubnet} from '../execution/subnet.js'
import {aCanister, aCode, anIngress, aState, aSubnet, idOf, START_NS, SUBNET_ID, USER} from '../makers.js'

const OTHER = `${'0c'.repeat(28)}02` as Principal
const NODE = `${'0d'.repeat(28)}02` as Principal
const registry: Registry = {
  version: 1,
  rootSubnetId: OTHER,
  subnets: new Map([
    [SUBNET_ID, aSubnet({nodes: [{nodeId: NODE, publicKeyDer: new Uint8Array(44).fill(3)}]})],
    [
      OTHER,
      aSubnet({subnetId: OTHER, type: 'system', canisterRanges: [], nodes: [{nodeId: NODE, publicKeyDer: new Uint8Array(44).fill(3)}]}),
    ],
  ]),
}

/** Value at a path of texts and, with `#`, of hexadecimal labels. */
const valueAt = (tree: LabelTree, path: string) => {
  const value = tree.get(path.split('/').map((label) => (label.startsWith('#') ? label.slice(1) : textLabel(label))))
  return value && toHex(value)
}

describe('the state tree', () => {
  const canister = aCanister({
    settings: {controllers: sortPrincipals([USER, idOf(3), '04' as Principal])},
    lastInstalledAtNs: START_NS,
    certifiedData: Uint8Array.of(1, 2),
    code: aCode({module: {customSections: [{visibility: 'private', name: 'icp', content: Uint8Array.of(5)}]}}),
  })
  const state = aState({canisters: [canister, aCanister({number: 1})]})
  const {labels} = createStateTree(state, registry)
  const rows: readonly [path: string, value: string | undefined][] = [
    ['time', '8080a7bf92ab96b217'],
    ['metadata', 'a101f6'],
    [`canister/#${idOf(0)}/controllers`, `d9d9f7834104 4a${idOf(3)}581d${USER}`.replace(' ', '')],
    [`canister/#${idOf(0)}/certified_data`, '0102'],
    [`canister/#${idOf(0)}/module_hash`, '09'.repeat(32)],
    [`canister/#${idOf(0)}/metadata/icp`, '05'],
    [`canister/#${idOf(0)}/canister_creation_timestamp`, '8080a7bf92ab96b217'],
    [`canister/#${idOf(0)}/last_install_timestamp`, '8080a7bf92ab96b217'],
    [`canister/#${idOf(1)}/controllers`, `d9d9f781581d${USER}`],
    [`canister/#${idOf(1)}/certified_data`, undefined],
    [`canister/#${idOf(1)}/module_hash`, undefined],
    [`subnet/#${SUBNET_ID}/public_key`, '01'.repeat(133)],
    [`subnet/#${SUBNET_ID}/type`, toHex(encodeUtf8('application'))],
    [`subnet/#${SUBNET_ID}/canister_ranges`, 'd9d9f781824a800000000010000001014a80000000001fffff0101'],
    [`subnet/#${SUBNET_ID}/node/#${NODE}/public_key`, '03'.repeat(44)],
    [`subnet/#${SUBNET_ID}/metrics`, 'a40002011901'],
    [`subnet/#${OTHER}/type`, toHex(encodeUtf8('system'))],
    [`subnet/#${OTHER}/node/#${NODE}/public_key`, undefined],
    [`subnet/#${OTHER}/metrics`, undefined],
    [`canister_ranges/#${SUBNET_ID}/#${idOf(0)}`, 'd9d9f781824a800000000010000001014a80000000001fffff0101'],
    [`canister_ranges/#${OTHER}/#${canisterIdFromNumber(0n)}`, 'd9d9f780'],
  ]
  for (const [path, value] of rows)
    it(`${value === undefined ? 'has no' : 'has'} /${path.replace(/#(\w{4})\w*/g, '$1…')}`, () => {
      const found = valueAt(labels, path)
      assert.equal(path.endsWith('metrics') ? found?.slice(0, value?.length) : found, value)
    })

  it('holds cycles beyond 64 bits in two halves', () => {
    state.metrics.consumedCyclesTotal = (1n << 64n) + 5n
    const tree = createStateTree(state, registry)
    assert.match(valueAt(tree.labels, `subnet/#${SUBNET_ID}/metrics`)!, /^a40002011901\w\w02a2000501010300$/)
  })

  it('shards ranges by five', () => {
    const canisterRanges = Array.from({length: 6}, (_, n) => ({first: idOf(2 * n), last: idOf(2 * n)}))
    const many: Registry = {...registry, subnets: new Map([[SUBNET_ID, aSubnet({canisterRanges})]])}
    const tree = createStateTree(aState(), many)
    const shards = [...tree.labels.labelsOf([textLabel('canister_ranges'), SUBNET_ID])].sort()
    assert.deepEqual(shards, [idOf(0), idOf(10)])
  })

  it('chains states', () => {
    const chained = createStateTree(aState({previousRootHash: new Uint8Array(32).fill(4)}), registry)
    assert.equal(valueAt(chained.labels, 'metadata'), `a1015820${'04'.repeat(32)}`)
  })
})

describe('request statuses in the tree', () => {
  const leaves = (tree: LabelTree, id: string) => {
    const path = [textLabel('request_status'), id]
    return Object.fromEntries([...tree.labelsOf(path)].map((label) => [decodeUtf8(fromHex(label)), toHex(tree.get([...path, label])!)]))
  }
  const text = (value: string) => toHex(encodeUtf8(value))

  it('go from received to their outcome, and away', () => {
    const state = aState()
    const [replied, rejected] = [anIngress(), anIngress()]
    const tree = createStateTree(state, registry)
    for (const message of [replied, rejected]) receiveIngress(state, message)
    updateStateTree(tree, state, registry)
    assert.deepEqual(leaves(tree.labels, replied.id), {status: text('received')})
    answerIngress(state, replied.id, {kind: 'reply', data: Uint8Array.of(1)})
    answerIngress(state, rejected.id, {kind: 'reject', code: 4, errorCode: 'IC0406', message: 'no'})
    updateStateTree(tree, state, registry)
    assert.deepEqual(leaves(tree.labels, replied.id), {status: text('replied'), reply: '01'})
    assert.deepEqual(leaves(tree.labels, rejected.id), {
      status: text('rejected'),
      reject_code: '04',
      reject_message: text('no'),
      error_code: text('IC0406'),
    })
    state.ingressHistory.set(replied.id, {...state.ingressHistory.get(replied.id)!, state: {kind: 'done'}})
    state.ingressHistory.delete(rejected.id)
    updateStateTree(tree, state, registry)
    assert.deepEqual([leaves(tree.labels, replied.id), leaves(tree.labels, rejected.id)], [{status: text('done')}, {}])
  })
})

describe('updateStateTree', () => {
  const program = fc.array(fc.nat(6), {minLength: 1, maxLength: 8}).map((bytes) => Uint8Array.from(bytes))
  const plan = fc.array(fc.array(fc.record({receiver: fc.nat(3), payload: program}), {maxLength: 3}), {minLength: 1, maxLength: 6})

  /** Roots of the followed and of the freshly built tree after every batch. */
  const follow = (rounds: readonly (readonly {receiver: number; payload: Uint8Array}[])[], forget?: true) => {
    const subnet = aRunningSubnet({canisters: [0, 1, 2].map((number) => aCanister({number, code: true}))})
    const tree = createStateTree(subnet.state, registry)
    return rounds.map((calls, round) => {
      subnet.run({ingress: calls.map(({receiver, payload}) => anIngress({receiver: idOf(receiver), payload}))})
      if (round === 2) subnet.state.canisters.delete(idOf(2))
      if (round === 2) subnet.state.touched.canisters.add(idOf(2))
      const first = subnet.state.canisters.get(idOf(0))!
      first.certifiedData = Uint8Array.of(round)
      subnet.state.touched.canisters.add(idOf(0))
      if (forget) subnet.state.touched.ingress.clear()
      updateStateTree(tree, subnet.state, registry)
      return [toHex(tree.labels.rootHash()), toHex(createStateTree(subnet.state, registry).labels.rootHash())]
    })
  }

  it('gives the tree that building it afresh gives', () =>
    fc.assert(
      fc.property(plan, (rounds) => {
        for (const [followed, fresh] of follow(rounds)) assert.equal(followed, fresh)
      }),
      {numRuns: 40},
    ))

  it('planted bug: a batch that does not name what it touched leaves the tree behind', () => {
    const [roots] = follow([[{receiver: 0, payload: Uint8Array.of(0)}]], true)
    assert.notEqual(roots![0], roots![1])
  })
})
