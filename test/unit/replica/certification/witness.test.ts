import assert from 'node:assert/strict'
import {Certificate as AgentCertificate, type HashTree as AgentTree, lookup_path} from '@dfinity/agent'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import fc from 'fast-check'
import {encodeUtf8, fromHex, toHex} from '../../../../src/base/bytes.js'
import {encodeLeb128} from '../../../../src/base/leb128.js'
import {certificateMessage, decodeCertificate, encodeRanges, verifyCertificate} from '../../../../src/protocol/certificate.js'
import {encodePublicKey, selfAuthenticatingId} from '../../../../src/protocol/der.js'
import {decodeHashTree, encodeHashTree, type HashTree, isWellFormed, lookup, rootHash, toPath} from '../../../../src/protocol/hash-tree.js'
import {canisterIdFromNumber, principalToBytes} from '../../../../src/protocol/principal.js'
import {type DelegationKind, encodeCertificateFor, listDelegationPaths, TIME_PATH} from '../../../../src/replica/certification/certify.js'
import {type LabelPath, LabelTree, textLabel} from '../../../../src/replica/certification/label-tree.js'
import {makeWitness} from '../../../../src/replica/certification/witness.js'
import {blsPublicKey, initBls, signBls, verifyBls} from '../../../../src/replica/crypto/bls.js'

const aLabel = fc.uint8Array({maxLength: 2, max: 3}).map(toHex)
const aPath = fc.array(aLabel, {minLength: 1, maxLength: 3})
const treeOf = (path: fc.Arbitrary<LabelPath>) =>
  fc.array(fc.tuple(path, fc.uint8Array({maxLength: 2})), {maxLength: 25}).map((leaves) => {
    const tree = new LabelTree()
    for (const [path, value] of leaves) {
      const crosses = path.some((_, depth) => tree.get(path.slice(0, depth)) !== undefined)
      if (!crosses && (tree.get(path) !== undefined || !tree.has(path))) tree.set(path, value)
    }
    return tree
  })
const aTree = treeOf(aPath)
/** The agent library (3.4.3) compares labels wrongly beyond their first byte, so it gets labels of one byte. */
const plainPath = fc.array(fc.uint8Array({minLength: 1, maxLength: 1, max: 20}).map(toHex), {minLength: 1, maxLength: 3})
const inBytes = (path: LabelPath) => path.map(fromHex)
/** Every path to a value. */
function listLeaves(tree: LabelTree, path: LabelPath = []): LabelPath[] {
  if (tree.get(path)) return [path]
  return [...tree.labelsOf(path)].flatMap((label) => listLeaves(tree, [...path, label]))
}
const covers = (path: LabelPath, leaf: LabelPath) => path.every((label, depth) => leaf[depth] === label)

describe('witness', () => {
  before(initBls)

  it('has the root of the tree, is well-formed, and shows or disproves what was asked, nothing else', () =>
    fc.assert(
      fc.property(aTree, fc.array(aPath, {maxLength: 4}), (tree, paths) => {
        const witness = decodeHashTree(encodeHashTree(makeWitness(tree, paths)))
        assert.equal(toHex(rootHash(witness)), toHex(tree.rootHash()))
        assert.equal(isWellFormed(witness), true)
        for (const path of paths) {
          const value = tree.get(path)
          if (value) assert.deepEqual(lookup(witness, inBytes(path)), {kind: 'found', value})
          else if (!tree.has(path)) assert.equal(lookup(witness, inBytes(path)).kind, 'absent')
        }
        for (const leaf of listLeaves(tree)) {
          const isAsked = paths.some((path) => covers(path, leaf) || covers(leaf, path))
          assert.equal(lookup(witness, inBytes(leaf)).kind, isAsked ? 'found' : 'unknown')
        }
      }),
      {numRuns: 500},
    ))

  it('means the same to the agent library', () =>
    fc.assert(
      fc.property(treeOf(plainPath), fc.array(plainPath, {maxLength: 4}), plainPath, (tree, paths, path) => {
        const witness = makeWitness(tree, paths)
        const theirs = lookup_path(inBytes(path), witness as unknown as AgentTree)
        assert.equal(theirs.status.toLowerCase(), lookup(witness, inBytes(path)).kind)
      }),
      {numRuns: 300},
    ))

  it('never shows what is excluded, asked for or not', () =>
    fc.assert(
      fc.property(aTree, fc.array(aPath, {maxLength: 3}), aPath, (tree, paths, hidden) => {
        const witness = makeWitness(tree, [...paths, [], hidden], (path) => path.length === hidden.length && covers(path, hidden))
        assert.equal(toHex(rootHash(witness)), toHex(tree.rootHash()))
        for (const leaf of listLeaves(tree)) assert.equal(lookup(witness, inBytes(leaf)).kind, covers(hidden, leaf) ? 'unknown' : 'found')
      }),
      {numRuns: 200},
    ))

  const aState = () => {
    const tree = new LabelTree()
    for (const label of ['a', 'b', 'd', 'e']) tree.set([textLabel('x'), textLabel(label)], encodeUtf8(label))
    tree.set(TIME_PATH, encodeLeb128(1685570400000000000n))
    return tree
  }
  const x = (label: string) => [textLabel('x'), textLabel(label)]
  const labelsSeen = (node: HashTree): string[] => {
    if (node[0] === 1) return [...labelsSeen(node[1]), ...labelsSeen(node[2])]
    return node[0] === 2 ? [String.fromCharCode(...node[1]), ...labelsSeen(node[2])] : []
  }
  for (const {what, path, seen} of [
    {what: 'one leaf', path: x('b'), seen: 'x b'},
    {what: 'a gap by both neighbours', path: x('c'), seen: 'x b d'},
    {what: 'a gap before the first by one', path: x(''), seen: 'x a'},
    {what: 'a gap after the last by one', path: x('z'), seen: 'x e'},
    {what: 'a gap at the top by its neighbours, without what is in them', path: [textLabel('u')], seen: 'time x'},
    {what: 'a prefix whole', path: [textLabel('x')], seen: 'x a b d e'},
  ])
    it(`shows ${what}`, () => assert.equal(labelsSeen(makeWitness(aState(), [path])).join(' '), seen))

  it('of nothing is one pruned node', () => assert.deepEqual(makeWitness(aState(), []), [4, aState().rootHash()]))

  it('planted bug: a witness with one neighbour only does not prove a gap', () => {
    const careless = makeWitness(aState(), [x('b'), TIME_PATH])
    assert.equal(lookup(careless, inBytes(x('c'))).kind, 'unknown')
    assert.equal(lookup(makeWitness(aState(), [x('c')]), inBytes(x('c'))).kind, 'absent')
  })
})

describe('certificates of a labelled tree', () => {
  before(initBls)
  const secret = (value: number) => Uint8Array.of(...new Uint8Array(31), value)
  const derOf = (value: number) => encodePublicKey({algorithm: 'bls', key: blsPublicKey(secret(value))})
  const sign = (value: number, tree: LabelTree) => signBls(secret(value), certificateMessage(tree.rootHash()))
  const canisterId = canisterIdFromNumber(0x10_0005n)
  const ranges = (first: bigint, last: bigint) => encodeRanges([{first: canisterIdFromNumber(first), last: canisterIdFromNumber(last)}])

  function aRootTree(): LabelTree {
    const tree = new LabelTree()
    const subnet = selfAuthenticatingId(derOf(43))
    tree.set([textLabel('canister_ranges'), subnet, canisterIdFromNumber(0n)], ranges(0n, 0xf_ffffn))
    tree.set([textLabel('canister_ranges'), subnet, canisterIdFromNumber(0x10_0000n)], ranges(0x10_0000n, 0x1f_ffffn))
    tree.set([textLabel('subnet'), subnet, textLabel('canister_ranges')], ranges(0n, 0x1f_ffffn))
    tree.set([textLabel('subnet'), subnet, textLabel('public_key')], derOf(43))
    tree.set([textLabel('subnet'), subnet, textLabel('type')], encodeUtf8('application'))
    tree.set(TIME_PATH, encodeLeb128(1685570400000000000n))
    return tree
  }

  function aCertificate(kind: DelegationKind): Uint8Array {
    const rootTree = aRootTree()
    const subnetId = selfAuthenticatingId(derOf(43))
    const delegation = encodeCertificateFor({
      tree: rootTree,
      paths: listDelegationPaths(rootTree, subnetId, kind),
      signature: sign(42, rootTree),
    })
    const tree = new LabelTree()
    tree.set([textLabel('canister'), canisterId, textLabel('certified_data')], new Uint8Array(32))
    tree.set(TIME_PATH, encodeLeb128(1685570400000000000n))
    const paths = [[textLabel('canister'), canisterId, textLabel('certified_data')]]
    return encodeCertificateFor({tree, paths, signature: sign(43, tree), delegation: {subnetId, certificate: delegation}})
  }

  /** The agent library (3.4.3) reads flat ranges only. */
  it('with a flat delegation convince the agent library', async () => {
    const certificate = await AgentCertificate.create({
      certificate: aCertificate({kind: 'flat'}),
      rootKey: derOf(42),
      canisterId: AgentPrincipal.fromUint8Array(principalToBytes(canisterId)),
      disableTimeVerification: true,
    })
    const found = certificate.lookup_path(['canister', principalToBytes(canisterId), 'certified_data']) as {value: Uint8Array}
    assert.deepEqual(new Uint8Array(found.value), new Uint8Array(32))
  })

  for (const {kind, id, ok} of [
    {kind: 'flat', id: canisterId, ok: true},
    {kind: 'tree', id: canisterId, ok: true},
    {kind: 'tree', id: canisterIdFromNumber(5n), ok: false},
  ] as const)
    it(`with a ${kind} delegation ${ok ? 'hold' : 'do not hold'} for canister ${id}`, () => {
      const certificate = decodeCertificate(aCertificate({kind, effectiveCanisterId: canisterId} as DelegationKind))
      assert.equal(verifyCertificate(certificate, {rootKey: derOf(42), verifyBls, effectiveCanisterId: id, ranges: kind}).ok, ok)
    })

  it('with a delegation without ranges hold for the subnet, not for a canister', () => {
    const certificate = decodeCertificate(aCertificate({kind: 'none'}))
    const options = {rootKey: derOf(42), verifyBls}
    assert.equal(verifyCertificate(certificate, options).ok, true)
    assert.equal(verifyCertificate(certificate, {...options, effectiveCanisterId: canisterId}).ok, false)
  })

  it('show only the shard that can hold the canister', () => {
    const certificate = decodeCertificate(aCertificate({kind: 'tree', effectiveCanisterId: canisterId}))
    const {tree} = decodeCertificate(certificate.delegation!.certificate)
    const shard = (n: bigint) =>
      lookup(tree, toPath('canister_ranges', principalToBytes(selfAuthenticatingId(derOf(43))), principalToBytes(canisterIdFromNumber(n))))
    assert.deepEqual([shard(0n).kind, shard(0x10_0000n).kind], ['unknown', 'found'])
  })
})
