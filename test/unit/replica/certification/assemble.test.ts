import assert from 'node:assert/strict'
import {encodeUtf8} from '../../../../src/base/bytes.js'
import {encodeCertificate, encodeDelegation} from '../../../../src/protocol/certificate.js'
import {encodeHashTree, type HashTree} from '../../../../src/protocol/hash-tree.js'
import type {SubnetId} from '../../../../src/protocol/principal.js'
import {assembleCertificate} from '../../../../src/replica/certification/assemble.js'

describe('assembleCertificate', () => {
  it('gives the bytes that encoding the whole certificate gives', () => {
    const tree: HashTree = [1, [4, new Uint8Array(32).fill(9)], [2, encodeUtf8('time'), [3, Uint8Array.of(1)]]]
    const signature = new Uint8Array(48).fill(5)
    assert.deepEqual(assembleCertificate(encodeHashTree(tree), signature), encodeCertificate({tree, signature}))
    const delegation = {subnetId: '0102' as SubnetId, certificate: new Uint8Array(300).fill(7)}
    assert.deepEqual(
      assembleCertificate(encodeHashTree(tree), signature, encodeDelegation(delegation)),
      encodeCertificate({tree, signature, delegation}),
    )
  })
})
