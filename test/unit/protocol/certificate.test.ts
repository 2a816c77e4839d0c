import assert from 'node:assert/strict'
import fc from 'fast-check'
import {encodeUtf8, equalBytes, fromHex, toHex} from '../../../src/base/bytes.js'
import {
  type Certificate,
  certificateMessage,
  decodeCertificate,
  encodeCertificate,
  encodeRanges,
  findCertificate,
  findRanges,
  verifyCertificate,
} from '../../../src/protocol/certificate.js'
import {encodePublicKey} from '../../../src/protocol/der.js'
import {type HashTree, type LabeledTree, pairFromTheLeft, rootHash} from '../../../src/protocol/hash-tree.js'
import {canisterIdFromNumber, principalToBytes, type SubnetId} from '../../../src/protocol/principal.js'

const SUBNET = '0102' as SubnetId
const keyOf = (name: number) => new Uint8Array(96).fill(name)
const derOf = (name: number) => encodePublicKey({algorithm: 'bls', key: keyOf(name)})
/** A signature scheme for tests: the signature names the key and repeats the message. */
const sign = (name: number, tree: HashTree) => Uint8Array.of(name, ...certificateMessage(rootHash(tree)))
const verifyBls = (key: Uint8Array, signature: Uint8Array, message: Uint8Array) => equalBytes(signature, Uint8Array.of(key[0]!, ...message))

const text = (label: string) => encodeUtf8(label)
const RANGE = [{first: canisterIdFromNumber(16n), last: canisterIdFromNumber(31n)}]
const rootTree = (which: {flat?: boolean; tree?: boolean}, subnet: SubnetId = SUBNET): HashTree => {
  const flat: LabeledTree = which.flat ? [[text('canister_ranges'), encodeRanges(RANGE)]] : []
  const shards: LabeledTree = which.tree
    ? [[text('canister_ranges'), [[principalToBytes(subnet), [[principalToBytes(RANGE[0]!.first), encodeRanges(RANGE)]]]]]]
    : []
  return pairFromTheLeft([
    ...(shards as []),
    [text('subnet'), [[principalToBytes(subnet), [...(flat as []), [text('public_key'), derOf(2)]]]]],
  ])
}
const TREE = pairFromTheLeft([[text('time'), Uint8Array.of(1)]])
const delegated = (parent: Certificate, subnetId: SubnetId = SUBNET): Certificate => ({
  tree: TREE,
  signature: sign(2, TREE),
  delegation: {subnetId, certificate: encodeCertificate(parent)},
})
const certified = (tree: HashTree, key = 1): Certificate => ({tree, signature: sign(key, tree)})
const inside = canisterIdFromNumber(20n)
const verify = (certificate: Certificate, more: Partial<Parameters<typeof verifyCertificate>[1]> = {}) => {
  const verdict = verifyCertificate(certificate, {rootKey: derOf(1), verifyBls, effectiveCanisterId: inside, ...more})
  return verdict.ok ? 'ok' : verdict.message
}

describe('certificates', () => {
  it('survive encoding, tag and delegation included', () => {
    const certificate = delegated(certified(rootTree({flat: true})))
    const bytes = encodeCertificate(certificate)
    assert.equal(toHex(bytes.subarray(0, 9)), 'd9d9f7a36474726565')
    assert.deepEqual(decodeCertificate(bytes), certificate)
  })

  it('of the root subnet hold for any canister', () => assert.equal(verify(certified(TREE)), 'ok'))

  for (const {which, ranges, expected} of [
    {which: {flat: true}, ranges: 'flat', expected: true},
    {which: {flat: true}, ranges: 'tree', expected: false},
    {which: {tree: true}, ranges: 'tree', expected: true},
    {which: {tree: true}, ranges: 'flat', expected: false},
    {which: {tree: true}, ranges: undefined, expected: true},
    {which: {flat: true}, ranges: undefined, expected: true},
    {which: {}, ranges: undefined, expected: false},
  ] as const)
    it(`with ${Object.keys(which).join() || 'no'} ranges ${expected ? 'hold' : 'do not hold'} where ${ranges ?? 'any'} ranges count`, () => {
      const certificate = delegated(certified(rootTree(which)))
      assert.equal(verify(certificate, ranges && {ranges}) === 'ok', expected)
    })

  for (const {number, expected} of [
    {number: 15n, expected: false},
    {number: 16n, expected: true},
    {number: 31n, expected: true},
    {number: 32n, expected: false},
  ])
    it(`${expected ? 'cover' : 'do not cover'} canister ${number}`, () => {
      const certificate = delegated(certified(rootTree({tree: true})))
      assert.equal(verify(certificate, {effectiveCanisterId: canisterIdFromNumber(number)}) === 'ok', expected)
    })

  const good = certified(rootTree({flat: true}))
  for (const {what, certificate, message} of [
    {what: 'another key', certificate: certified(TREE, 3), message: /signature of the certificate is wrong/},
    {
      what: 'a delegation by another key',
      certificate: delegated(certified(rootTree({flat: true}), 3)),
      message: /Invalid delegation: The signature/,
    },
    {what: 'a delegation in a delegation', certificate: delegated(delegated(good)), message: /has a delegation itself/},
    {what: 'a delegation for another subnet', certificate: delegated(good, '0103' as SubnetId), message: /no public key of subnet/},
    {what: 'a tree out of order', certificate: certified([1, [2, text('b'), [0]], [2, text('a'), [0]]]), message: /not well-formed/},
    {
      what: 'a delegation that is no certificate',
      certificate: {...delegated(good), delegation: {subnetId: SUBNET, certificate: text('?')}},
      message: /Invalid delegation/,
    },
  ])
    it(`refuse ${what}`, () => assert.match(verify(certificate), message))

  it('refuse a root key that is no BLS key', () => assert.match(verify(certified(TREE), {rootKey: text('?')}), /not a BLS12-381 key/))

  for (const hex of ['a0', '01', 'a1697369676e617475726541aa', 'a2697369676e617475726541aa64747265658105'])
    it(`refuse bytes ${hex}`, () => assert.throws(() => decodeCertificate(fromHex(hex)), {code: /_INVALID$/}))

  it('damaged in any byte are refused or, where nothing certified changed, still the same', () => {
    const certificate = delegated(certified(rootTree({flat: true})))
    const bytes = encodeCertificate(certificate)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, mask) => {
        const damaged = bytes.slice()
        damaged[at]! ^= mask
        const found = findCertificate(damaged)
        if (typeof found === 'string' || verify(found) !== 'ok') return
        assert.deepEqual(rootHash(found.tree), rootHash(certificate.tree))
      }),
      {numRuns: 500},
    )
  })

  it('write and read ranges', () => {
    assert.equal(
      toHex(encodeRanges([{first: canisterIdFromNumber(0x10_0000n), last: canisterIdFromNumber(0x1f_ffffn)}])),
      'd9d9f781824a000000000010000001014a00000000001fffff0101',
    )
    assert.deepEqual(findRanges(encodeRanges(RANGE)), RANGE)
    assert.deepEqual(
      ['81', '8101', '818101'].map((hex) => findRanges(fromHex(hex))),
      [undefined, undefined, undefined],
    )
  })

  it('planted bug: a verifier that forgets the ranges does not pass', () =>
    assert.notEqual(
      verify(delegated(good), {effectiveCanisterId: canisterIdFromNumber(99n)}),
      verify(delegated(good), {effectiveCanisterId: undefined as never}),
    ))
})
