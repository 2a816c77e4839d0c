/** A subnet that is not the root: its certificates carry the delegation that each endpoint prescribes, and the unmodified agent accepts them. */

import assert from 'node:assert/strict'
import {gunzipSync} from 'node:zlib'
import {Certificate} from '@dfinity/agent'
import {encodeUtf8} from '../../../src/base/bytes.js'
import {certificateMessage, decodeCertificate, encodeCertificate, verifyCertificate} from '../../../src/protocol/certificate.js'
import {encodePublicKey, selfAuthenticatingId} from '../../../src/protocol/der.js'
import {lookup} from '../../../src/protocol/hash-tree.js'
import {type CanisterId, canisterIdFromNumber, principalToBytes, type SubnetId} from '../../../src/protocol/principal.js'
import {assembleCertificate} from '../../../src/replica/certification/assemble.js'
import {createStateTree} from '../../../src/replica/certification/state-tree.js'
import {blsPublicKey, initBls, signBls, verifyBls} from '../../../src/replica/crypto/bls.js'
import {ExecutionCore} from '../../../src/replica/node/execution-core.js'
import {deriveGenesisKeys, type GenesisKeys} from '../../../src/replica/node/genesis.js'
import type {Registry, SubnetRecord} from '../../../src/replica/registry/subnet-record.js'
import type {Ingress} from '../../../src/replica/state/messages.js'
import {newState} from '../../../src/replica/state/new-state.js'
import {toAgentPrincipal} from '../../support/agent-client.js'
import {envelopeOf, type HttpAnswer, methodContent, readMap, readStateContent} from '../../support/raw-http.js'
import {anIngress, aSubnet} from '../../unit/replica/makers.js'
import {appendRead, ic0, program, reply} from '../universal/program.js'
import {aUniversalCanister} from '../universal/universal-subnet.js'

const ROOT_SECRET = new Uint8Array(32).fill(2)
const NOW_NS = BigInt(Date.now()) * 1_000_000n
const RANGE = {first: canisterIdFromNumber(0x8000000000100000n), last: canisterIdFromNumber(0x80000000001fffffn)}

describe('a subnet below the root', () => {
  let core: ExecutionCore
  let keys: GenesisKeys
  let rootKey: Uint8Array
  let canister: CanisterId
  let message: Ingress
  let called: {readonly flat: Uint8Array; readonly tree: Uint8Array}

  before(async () => {
    await initBls()
    rootKey = encodePublicKey({algorithm: 'bls', key: blsPublicKey(ROOT_SECRET)})
    const rootId = selfAuthenticatingId(rootKey)
    const own = deriveGenesisKeys({seed: new Uint8Array(32).fill(1), createdAtNs: NOW_NS})
    const registry = registryOf(own, rootId, rootKey)
    keys = {...own, rootKeyDer: rootKey, registry}
    const rootState = newState({subnetId: rootId, timeNs: NOW_NS, nextCanisterNumber: 0n})
    const {labels} = createStateTree(rootState, registry)
    const root = {tree: labels, signature: signBls(ROOT_SECRET, certificateMessage(labels.rootHash()))}
    const state = newState({subnetId: own.subnetId, timeNs: NOW_NS, nextCanisterNumber: 0x8000000000100005n})
    const made = aUniversalCanister()
    canister = made.id
    state.canisters.set(canister, made)
    core = new ExecutionCore({state, keys, runtime: {gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength})}, root})
    message = anIngress({receiver: canister, payload: program(reply('done')), expiryNs: NOW_NS + 60_000_000_000n})
    const executed = core.execute({
      height: 1,
      timeNs: NOW_NS + 1_000_000n,
      randomness: new Uint8Array(32),
      ingress: [message],
      consensusResponses: [],
      registryVersion: 1,
      blockMaker: {nodeId: own.node.id, failed: []},
      isSummary: false,
    })
    const signature = signBls(own.subnetSecret, certificateMessage(executed.rootHash))
    core.certified(1, signature)
    const [{witness, delegations}] = executed.answered as [(typeof executed.answered)[0]]
    called = {
      flat: assembleCertificate(witness, signature, delegations!.flat),
      tree: assembleCertificate(witness, signature, delegations!.tree),
    }
  })

  const open = (certificate: Uint8Array): Promise<Certificate> =>
    // Its time is that of the file's loading, which a long run leaves behind.
    Certificate.create({certificate, rootKey, canisterId: toAgentPrincipal(canister), disableTimeVerification: true})
  const readMapOf = (body: Uint8Array) => readMap({bytes: body, text: ''} as HttpAnswer)
  const readState = (scope: 'canister' | 'subnet', delegation: 'flat' | 'tree'): Uint8Array => {
    const effectiveId = scope === 'canister' ? canister : keys.subnetId
    const answer = core.readState({scope, effectiveId, delegation, body: envelopeOf(readStateContent([['time']]))}, NOW_NS)
    assert.ok(answer.kind === 'answered')
    return readMapOf(answer.body).get('certificate') as Uint8Array
  }
  const dataCertificate = (delegation: 'flat' | 'tree'): Uint8Array => {
    const content = methodContent('query', canister, 'query', {arg: program(appendRead('data_certificate'), ic0('msg_reply'))})
    const answer = core.query({scope: 'canister', effectiveId: canister, delegation, body: envelopeOf(content)}, NOW_NS)
    assert.ok(answer.kind === 'answered')
    return (readMapOf(answer.body).get('reply') as Map<string, Uint8Array>).get('arg')!
  }

  const certificates: readonly {what: string; certificate: () => Uint8Array; kind: 'flat' | 'tree'}[] = [
    {what: 'call, version 3', certificate: () => called.flat, kind: 'flat'},
    {what: 'call, version 4', certificate: () => called.tree, kind: 'tree'},
    {what: 'read_state, version 2', certificate: () => readState('canister', 'flat'), kind: 'flat'},
    {what: 'read_state, version 3', certificate: () => readState('canister', 'tree'), kind: 'tree'},
    {what: 'data certificate, query version 2', certificate: () => dataCertificate('flat'), kind: 'flat'},
    {what: 'data certificate, query version 3', certificate: () => dataCertificate('tree'), kind: 'tree'},
  ]
  for (const {what, certificate, kind} of certificates)
    it(`${what}: ${kind} delegation, which verifies`, async () => {
      assert.equal(rangesShownIn(certificate()), kind)
      const verdict = verifyCertificate(decodeCertificate(certificate()), {rootKey, verifyBls, effectiveCanisterId: canister, ranges: kind})
      assert.deepEqual(verdict.ok || verdict.message, true)
      // The agent of this version looks for the flat form only.
      if (kind === 'flat') await open(certificate())
    })

  it('read_state of a subnet, version 3: no ranges', () => assert.equal(rangesShownIn(readState('subnet', 'tree')), 'none'))

  it('a message that is known already gets its certificate, with the delegation of its endpoint', () => {
    for (const delegation of ['flat', 'tree'] as const) {
      const verdict = core.filter(message, {scope: 'canister', effectiveId: canister, delegation})
      assert.ok(verdict.kind === 'known' && verdict.certificate)
      assert.equal(rangesShownIn(verdict.certificate), delegation)
    }
  })

  it('planted bug: a certificate without its delegation is refused', async () => {
    const {tree, signature} = decodeCertificate(called.flat)
    await assert.rejects(open(encodeCertificate({tree, signature})))
  })

  function rangesShownIn(certificate: Uint8Array): 'flat' | 'tree' | 'none' {
    const {delegation} = decodeCertificate(certificate)
    assert.equal(delegation?.subnetId, keys.subnetId)
    const {tree} = decodeCertificate(delegation!.certificate)
    const subnet = principalToBytes(keys.subnetId)
    const found = (...path: (string | Uint8Array)[]): boolean =>
      lookup(
        tree,
        path.map((label) => (typeof label === 'string' ? encodeUtf8(label) : label)),
      ).kind === 'found'
    assert.ok(found('subnet', subnet, 'public_key') && found('subnet', subnet, 'type') && found('time'))
    const isFlat = found('subnet', subnet, 'canister_ranges')
    const isTree = found('canister_ranges', subnet, principalToBytes(RANGE.first))
    return isFlat ? 'flat' : isTree ? 'tree' : 'none'
  }
})

function registryOf(own: GenesisKeys, rootId: SubnetId, rootKey: Uint8Array): Registry {
  const record: SubnetRecord = {...own.registry.subnets.get(own.subnetId)!, canisterRanges: [RANGE], allocationRange: RANGE}
  const rootRange = {first: canisterIdFromNumber(0n), last: canisterIdFromNumber(0xfffffn)}
  const root = aSubnet({subnetId: rootId, type: 'system', publicKeyDer: rootKey, canisterRanges: [rootRange], allocationRange: rootRange})
  return {version: 1, rootSubnetId: rootId, subnets: new Map([root, record].map((subnet) => [subnet.subnetId, subnet]))}
}
