/** Vectors of certification: trees, BLS signatures and shares, certificates; recomputed with independent libraries. */
import assert from 'node:assert/strict'
import {Certificate as AgentCertificate} from '@dfinity/agent'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {concatBytes, encodeUtf8, fromHex, toHex} from '../../src/base/bytes.js'
import {encodeLeb128} from '../../src/base/leb128.js'
import {sha256} from '../../src/base/sha256.js'
import {certificateMessage, decodeCertificate, encodeCertificate, encodeRanges, verifyCertificate} from '../../src/protocol/certificate.js'
import {encodePublicKey, selfAuthenticatingId} from '../../src/protocol/der.js'
import {decodeHashTree, type LabeledTree, lookup, pairFromTheLeft, rootHash, toPath} from '../../src/protocol/hash-tree.js'
import {type CanisterId, principalToBytes, principalToText} from '../../src/protocol/principal.js'
import {blsPublicKey, initBls, signBls, verifyBls} from '../../src/replica/crypto/bls.js'
import {combineSignatureShares, dealKeyShares} from '../../src/replica/crypto/bls-threshold.js'

const TIME = encodeLeb128(1685570400000000000n)
const CANISTER = '80000000001000000101' as CanisterId
const M2 = fromHex('c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c')
const ROOT = '86a8518a5b88d58e8322ca1791eed2be5c206396d30284c43a9e96704355e0bb'
const SIGNATURE = 'af17c56f630434e962d7c4f8de0db7b68b45262ac6af57e428a26ecc101de2561de9737839de7f2930cb724f2dafa585'
const WITNESS =
  '8301830182045820e73a5090c9a447e9271cd06b746c0227e93e8b430083f43748bc1cd3fa2e010983024e726571756573745f73746174757383025820c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c83018302457265706c798203464449444c00008302467374617475738203477265706c69656483024474696d658203498080a7bf92ab96b217'
const ABSENT_REQUEST =
  '8301830182045820e73a5090c9a447e9271cd06b746c0227e93e8b430083f43748bc1cd3fa2e010983024e726571756573745f73746174757383025820c1b01ad9f24c233500e2fc2faf8c57d0486f99e28ec7779dc3fc6eda9540575c82045820a4567adfcf26e2c4517b3e08d685b10d45bf418276ea552514704d55043c779c83024474696d658203498080a7bf92ab96b217'
const ABSENT_SUBNET =
  '8301830182045820e73a5090c9a447e9271cd06b746c0227e93e8b430083f43748bc1cd3fa2e010983024e726571756573745f7374617475738204582092a150418600b3f700a50550ef9f9c10659514a2abefc2101b6fef381e6df17083024474696d658203498080a7bf92ab96b217'

const secret = (value: number) => Uint8Array.of(...new Uint8Array(31), value)
const dict = (...entries: readonly (readonly [string | Uint8Array, LabeledTree])[]): LabeledTree =>
  entries.map(([label, content]) => [typeof label === 'string' ? encodeUtf8(label) : label, content] as const)

const STATE = dict(
  [
    'canister',
    dict([
      principalToBytes(CANISTER),
      dict(
        ['certified_data', new Uint8Array(32).fill(7)],
        ['controllers', fromHex('d9d9f7814104')],
        ['module_hash', sha256(fromHex('0061736d01000000'))],
      ),
    ]),
  ],
  ['request_status', dict([M2, dict(['reply', fromHex('4449444c0000')], ['status', encodeUtf8('replied')])])],
  ['time', TIME],
)
const derOf = (value: number) => encodePublicKey({algorithm: 'bls', key: blsPublicKey(secret(value))})

describe('certification vectors', () => {
  before(initBls)

  it('root key and subnet ids', () => {
    assert.equal(
      toHex(blsPublicKey(secret(42))),
      'ac7fa63dfc38bbf3712e27a180391bca4ccabf609c5967a0592eff420b6235f3f2b323051cb099acc3969aca310f7ff4191b2d6db43fafc2c9592f7e5f73981107975d3d92b843891e724dbc9f05b5eee5a3b2b1fc782ede8149f30830b84444',
    )
    assert.equal(principalToText(selfAuthenticatingId(derOf(43))), 'lkvck-cax7i-uo47d-qr3ow-24hle-6xgsm-hrxa7-l7zfc-3esk5-3xv3u-wae')
  })

  it('root hash of the state', () => assert.equal(toHex(rootHash(pairFromTheLeft(STATE))), ROOT))

  for (const {what, hex, path, kind} of [
    {what: 'a request', hex: WITNESS, path: toPath('request_status', M2, 'status'), kind: 'found'},
    {what: 'an absent request', hex: ABSENT_REQUEST, path: toPath('request_status', new Uint8Array(32), 'status'), kind: 'absent'},
    {what: 'an absent subtree', hex: ABSENT_SUBNET, path: toPath('subnet'), kind: 'absent'},
  ])
    it(`witness of ${what}`, () => {
      const tree = decodeHashTree(fromHex(hex))
      assert.equal(toHex(rootHash(tree)), ROOT)
      assert.equal(lookup(tree, path).kind, kind)
      assert.deepEqual(lookup(tree, toPath('time')), {kind: 'found', value: TIME})
    })

  it('signature', () => assert.equal(toHex(signBls(secret(42), certificateMessage(fromHex(ROOT)))), SIGNATURE))

  const certificate = () => encodeCertificate({tree: decodeHashTree(fromHex(WITNESS)), signature: fromHex(SIGNATURE)})
  it('certificate', () => {
    assert.equal(certificate().length, 219)
    assert.equal(toHex(sha256(certificate())), 'eabdb46c7e4512653195cac8cf7a4f14d69677b255d59cc812a051673ddb244f')
    assert.deepEqual(verifyCertificate(decodeCertificate(certificate()), {rootKey: derOf(42), verifyBls}), {ok: true})
  })

  it('certificate with a delegation to another subnet, which the agent library accepts', async () => {
    const subnet = principalToBytes(selfAuthenticatingId(derOf(43)))
    const last = '00000000001fffff0101' as CanisterId
    const first = '00000000001000000101' as CanisterId
    const ranges = encodeRanges([{first, last}])
    const parent = pairFromTheLeft(
      dict(
        ['canister_ranges', dict([subnet, dict([principalToBytes(first), ranges])])],
        ['subnet', dict([subnet, dict(['canister_ranges', ranges], ['public_key', derOf(43)], ['type', encodeUtf8('application')])])],
        ['time', TIME],
      ),
    )
    assert.equal(toHex(rootHash(parent)), 'd0fef1f914b364c5540ba64e64a82687ce53522da42c8da07dc8341bf5049c16')
    const signature = signBls(secret(42), certificateMessage(rootHash(parent)))
    assert.equal(toHex(signature), '81c3b902745dc7dafc94065bc238d116fa37c00ef638493c9bfbb4cf02455c381e7f91be27fbb5961ba0bcc414d22436')
    const tree = pairFromTheLeft(STATE)
    const own = encodeCertificate({
      tree,
      signature: signBls(secret(43), certificateMessage(rootHash(tree))),
      delegation: {subnetId: selfAuthenticatingId(derOf(43)), certificate: encodeCertificate({tree: parent, signature})},
    })
    const verdict = verifyCertificate(decodeCertificate(own), {rootKey: derOf(42), verifyBls, effectiveCanisterId: first})
    assert.equal(verdict.ok, true)
    await AgentCertificate.create({
      certificate: own,
      rootKey: derOf(42),
      canisterId: AgentPrincipal.fromUint8Array(principalToBytes(first)),
      disableTimeVerification: true,
    })
  })

  it('signature shares', () => {
    const message = certificateMessage(fromHex(ROOT))
    const secrets = dealKeyShares([42, 7, 9].map(secret), 4)
    assert.deepEqual(secrets.map(toHex), [58, 92, 144, 214].map(secret).map(toHex))
    const shares = secrets.map((key, index) => ({index, signature: signBls(key, message)}))
    assert.deepEqual(
      shares.map(({signature}) => toHex(signature)),
      [
        '8d4218b29e851ae7304f450a1536f9a44274cae8aa3bf421a030668700e8544508c97195a29515f1edd9514583465b50',
        'b067fb547681cf9fe18df45f1222199bcbb12f33a675b088f9920d64fc5ee553114706bd82d0fd70b2da8c4bb2fe376c',
        'b02527f15a761d356c4e7d50c17ccd5b885248798f19ec833f0694c53bdb968c743bd8e299d2b2c93f1b4509a8d95025',
        '95ae8fb63feb2a1af996a1151313fb26d083b1efe86ba2bba56da153773dadd0f2638c77dc3e5d896bdd39c72dc65972',
      ],
    )
    for (const left of [0, 1, 2, 3]) assert.equal(toHex(combineSignatureShares(shares.filter(({index}) => index !== left))!), SIGNATURE)
  })

  it('planted bug: a message without its separator does not verify', () =>
    assert.equal(verifyBls(blsPublicKey(secret(42)), fromHex(SIGNATURE), concatBytes(fromHex(ROOT))), false))
})
