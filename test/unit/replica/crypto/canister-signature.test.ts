import assert from 'node:assert/strict'
import {concatBytes, encodeUtf8, fromHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import {type CborInput, tagged} from '../../../../src/protocol/cbor.js'
import {encodeCbor} from '../../../../src/protocol/cbor-encode.js'
import {certificateMessage, encodeCertificate, encodeRanges} from '../../../../src/protocol/certificate.js'
import {encodePublicKey, selfAuthenticatingId} from '../../../../src/protocol/der.js'
import {type HashTree, type LabeledTree, pairFromTheLeft, rootHash} from '../../../../src/protocol/hash-tree.js'
import {type CanisterId, canisterIdFromNumber, principalToBytes} from '../../../../src/protocol/principal.js'
import {authenticate} from '../../../../src/replica/crypto/authenticate.js'
import {blsPublicKey, initBls, signBls} from '../../../../src/replica/crypto/bls.js'
import {findSignatureFault} from '../../../../src/replica/crypto/signatures.js'
import {aRequest, NOW_NS, type Signer} from './request-maker.js'

const secret = (value: number) => Uint8Array.of(...new Uint8Array(31), value)
const derOf = (value: number) => encodePublicKey({algorithm: 'bls', key: blsPublicKey(secret(value))})
const certify = (value: number, tree: HashTree) => signBls(secret(value), certificateMessage(rootHash(tree)))
const text = encodeUtf8
const SIGNER = canisterIdFromNumber(7n)
const SEED = text('seed')
const ROOT = 42
const SUBNET = 43

interface Signature {
  readonly payload: Uint8Array
  readonly signer?: CanisterId
  readonly leaf?: Uint8Array
  readonly certified?: Uint8Array
  /** Type of the subnet that delegates; undefined: the root subnet signs itself; null: no type shown. */
  readonly subnetType?: string | null
  readonly ranges?: readonly [bigint, bigint]
}

function aSignature({payload, signer = SIGNER, leaf = new Uint8Array(), certified, subnetType, ranges = [0n, 9n]}: Signature): Uint8Array {
  const tree = pairFromTheLeft([[text('sig'), [[sha256(SEED), [[sha256(payload), leaf]]]]]])
  const state = pairFromTheLeft([[text('canister'), [[principalToBytes(signer), [[text('certified_data'), certified ?? rootHash(tree)]]]]]])
  const key = subnetType === undefined ? ROOT : SUBNET
  const delegation = subnetType === undefined ? undefined : aDelegation(subnetType, ranges)
  const certificate = encodeCertificate({tree: state, signature: certify(key, state), ...(delegation && {delegation})})
  return encodeCbor(tagged(55799, {certificate, tree: tree as CborInput}))
}

function aDelegation(subnetType: string | null, [first, last]: readonly [bigint, bigint]) {
  const subnetId = selfAuthenticatingId(derOf(SUBNET))
  const type: LabeledTree = subnetType === null ? [] : [[text('type'), text(subnetType)]]
  const ranges = encodeRanges([{first: canisterIdFromNumber(first), last: canisterIdFromNumber(last)}])
  const content = [[text('canister_ranges'), ranges], [text('public_key'), derOf(SUBNET)], ...type] as LabeledTree
  const tree = pairFromTheLeft([[text('subnet'), [[principalToBytes(subnetId), content]]]])
  return {subnetId, certificate: encodeCertificate({tree, signature: certify(ROOT, tree)})}
}

const publicKey = encodePublicKey({algorithm: 'canister-signature', key: concatBytes(Uint8Array.of(10), principalToBytes(SIGNER), SEED)})
const PAYLOAD = text('payload')
const faultOf = (signature: Partial<Signature>, payload = PAYLOAD) =>
  findSignatureFault({publicKey, signature: aSignature({payload: PAYLOAD, ...signature}), payload, rootKey: derOf(ROOT)})

describe('canister signatures', () => {
  before(initBls)

  for (const {what, signature} of [
    {what: 'the root subnet', signature: {}},
    {what: 'an application subnet', signature: {subnetType: 'application'}},
  ])
    it(`of ${what} are accepted, also the second time`, () =>
      assert.deepEqual([faultOf(signature), faultOf(signature)], [undefined, undefined]))

  for (const {what, signature, message} of [
    {what: 'of another canister', signature: {signer: canisterIdFromNumber(8n)}, message: /has no certified data of canister/},
    {what: 'with other certified data', signature: {certified: new Uint8Array(32)}, message: /certified data is not the root of the tree/},
    {what: 'with a leaf that is not empty', signature: {leaf: Uint8Array.of(1)}, message: /no signature of this message/},
    {what: 'of a cloud engine', signature: {subnetType: 'cloud_engine'}, message: /no type that may issue/},
    {what: 'of a subnet without type', signature: {subnetType: null}, message: /no type that may issue/},
    {what: 'of a canister of another subnet', signature: {subnetType: 'application', ranges: [8n, 9n]}, message: /not in the ranges/},
  ] as readonly {what: string; signature: Partial<Signature>; message: RegExp}[])
    it(`${what} are refused`, () => assert.match(faultOf(signature) ?? 'accepted', message))

  it('of another message are refused', () => assert.match(faultOf({}, text('other'))!, /no signature of this message/))

  it('under another root key are refused', () => {
    const check = {publicKey, signature: aSignature({payload: PAYLOAD}), payload: PAYLOAD, rootKey: derOf(44)}
    assert.equal(findSignatureFault(check), 'Invalid canister signature: The signature of the certificate is wrong')
  })

  for (const hex of ['', 'a0', 'a16b636572746966696361746541ff', 'a26b6365727469666963617465410064747265658105'])
    it(`of bytes '${hex}' are refused`, () =>
      assert.match(
        findSignatureFault({publicKey, signature: fromHex(hex), payload: PAYLOAD, rootKey: derOf(ROOT)})!,
        /^Invalid canister signature: /,
      ))

  const canister: Signer = {publicKey, sign: (payload) => aSignature({payload})}
  it('sign requests, and what is said about their sender', () => {
    const info = text('info')
    const sig = canister.sign(concatBytes(Uint8Array.of(14), text('ic-sender-info'), info))
    const authenticated = (sender_info: object) =>
      authenticate(aRequest({signer: canister, content: {sender_info}}), {nowNs: NOW_NS, rootKey: derOf(ROOT)})
    assert.equal(authenticated({info, signer: principalToBytes(SIGNER), sig}).ok, true)
    assert.match(
      (authenticated({info: text('other'), signer: principalToBytes(SIGNER), sig}) as {message: string}).message,
      /^Invalid sender info: /,
    )
  })

  it('planted bug: a verifier that does not hash the seed is noticed', () => {
    const tree = pairFromTheLeft([[text('sig'), [[SEED, [[sha256(PAYLOAD), new Uint8Array()]]]]]])
    const state = pairFromTheLeft([[text('canister'), [[principalToBytes(SIGNER), [[text('certified_data'), rootHash(tree)]]]]]])
    const signature = encodeCbor({certificate: encodeCertificate({tree: state, signature: certify(ROOT, state)}), tree: tree as CborInput})
    assert.match(findSignatureFault({publicKey, signature, payload: PAYLOAD, rootKey: derOf(ROOT)})!, /no signature of this message/)
  })
})
