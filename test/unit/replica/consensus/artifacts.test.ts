import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {NodeId} from '../../../../src/protocol/principal.js'
import {type Artifact, decodeArtifact, encodeArtifact, keyOfArtifact} from '../../../../src/replica/consensus/artifacts.js'
import {decodeBlock, sealBlock} from '../../../../src/replica/consensus/block.js'
import {makeGenesis} from '../../../../src/replica/consensus/consensus.js'
import {decodeFinalBlock, encodeFinalBlock} from '../../../../src/replica/consensus/delivery.js'
import type {Hash, Purpose} from '../../../../src/replica/consensus/statements.js'
import {aConfig, aMessage, nodeIds} from './makers.js'

const hash = fc.uint8Array({minLength: 32, maxLength: 32}).map((bytes) => Buffer.from(bytes).toString('hex') as Hash)
const signature = fc.uint8Array({maxLength: 64})
const height = fc.nat()
const node = fc.constantFrom(...nodeIds(7)) as fc.Arbitrary<NodeId>
const signed = fc.record({signer: node, signature})
const statement = fc.record({
  purpose: fc.constantFrom<Purpose>('notarization', 'finalization', 'beacon', 'tape', 'certification', 'catch-up'),
  height,
  subject: fc.oneof(hash, fc.constant('')),
})
const response = fc.record({
  id: fc.nat(),
  payload: fc.oneof(
    fc.record({kind: fc.constant('reply' as const), data: fc.uint8Array()}),
    fc.record({kind: fc.constant('reject' as const), code: fc.constantFrom(1 as const, 2 as const), message: fc.string()}),
  ),
  signatures: fc.array(signed, {maxLength: 3}),
})
const count = fc.bigInt(0n, 2n ** 64n)
const queryStats = fc.record({canisterId: node, calls: count, instructions: count, requestPayloadBytes: count, responsePayloadBytes: count})
const dkg = fc.oneof(
  fc.record({kind: fc.constant('data' as const), summaryHeight: height, dealings: fc.array(fc.uint8Array(), {maxLength: 2})}),
  fc.record({
    kind: fc.constant('summary' as const),
    registryVersion: fc.nat(),
    members: fc.array(node, {maxLength: 3}),
    transcripts: fc.array(fc.uint8Array(), {maxLength: 2}),
  }),
)
const block = fc
  .record({
    height,
    parent: hash,
    maker: node,
    rank: fc.nat(12),
    timeNs: fc.bigInt(0n, 2n ** 63n),
    registryVersion: fc.nat(),
    certifiedHeight: height,
    dkg,
    payload: fc.record({
      ingress: fc.array(
        fc.string().map((text) => aMessage(text)),
        {maxLength: 3},
      ),
      responses: fc.array(response, {maxLength: 3}),
      queryStats: fc.array(queryStats, {maxLength: 3}),
    }),
    stoppedForNs: fc.bigInt(0n, 2n ** 60n),
  })
  .map(sealBlock)
const share = fc.record({kind: fc.constant('share' as const), statement, signer: node, signature})
const aggregate = fc.record({
  kind: fc.constant('aggregate' as const),
  statement,
  proof: fc.oneof(signature, fc.array(signed, {maxLength: 4})),
})
const artifact: fc.Arbitrary<Artifact> = fc.oneof(
  fc.record({kind: fc.constant('proposal' as const), block, signature}),
  share,
  aggregate,
  fc.record({
    kind: fc.constant('equivocation' as const),
    height,
    maker: node,
    proofs: fc.tuple(fc.record({hash, signature}), fc.record({hash, signature})),
  }),
  fc.record({kind: fc.constant('catch-up' as const), block, beacon: aggregate, aggregate}),
  fc.record({kind: fc.constant('response' as const), id: fc.nat(), contentHash: hash, signer: node, signature}),
)

describe('artifacts', () => {
  it('are read as they were written', () =>
    fc.assert(
      fc.property(artifact, (value) => {
        const read = decodeArtifact(encodeArtifact(value))
        assert.deepEqual(Buffer.from(encodeArtifact(read)), Buffer.from(encodeArtifact(value)))
        assert.equal(keyOfArtifact(read), keyOfArtifact(value))
      }),
    ))

  it('are refused cleanly when their bytes are anything else', () =>
    fc.assert(
      fc.property(artifact, fc.nat(), fc.nat(255), (value, position, byte) => {
        const bytes = encodeArtifact(value)
        bytes[position % bytes.length] = byte
        try {
          decodeArtifact(bytes)
        } catch (error) {
          assert.equal((error as {code?: string}).code, 'ARTIFACT_INVALID')
        }
      }),
      {numRuns: 500},
    ))
})

describe('blocks', () => {
  it('have a hash that every field is part of', () => {
    const base = makeGenesis(aConfig(4, 0), 5n).block
    const others = [
      {height: 1},
      {parent: '11'.repeat(32) as Hash},
      {maker: nodeIds(4)[2]!},
      {rank: 1},
      {timeNs: 6n},
      {registryVersion: 2},
      {certifiedHeight: 1},
      {dkg: {kind: 'data', summaryHeight: 0, dealings: []} as const},
      {payload: {ingress: [aMessage('x')], responses: [], queryStats: []}},
      {stoppedForNs: 1n},
    ].map((change) => sealBlock({...base, ...change}).hash)
    assert.equal(new Set([base.hash, ...others]).size, 11)
  })

  it('are refused when another encoding has the same meaning', () => {
    const {bytes} = makeGenesis(aConfig(4, 0), 5n).block
    assert.equal(decodeBlock(bytes).height, 0)
    const [header, payload] = [bytes.subarray(3, -4), bytes.subarray(-3)]
    assert.throws(() => decodeBlock(Uint8Array.of(...bytes.subarray(0, 3), ...header, 0x43, ...payload, 0)), {code: 'BLOCK_INVALID'})
  })

  it('are read from the log as they were delivered', () =>
    fc.assert(
      fc.property(block, aggregate, fc.array(node, {maxLength: 3}), (value, beacon, failed) => {
        const read = decodeFinalBlock(encodeFinalBlock({block: value, beacon, failed}))
        assert.deepEqual([read.block.hash, read.failed], [value.hash, failed])
      }),
      {numRuns: 50},
    ))

  it('catch the planted bug: bytes of the log that are something else', () =>
    assert.throws(() => decodeFinalBlock(Uint8Array.of(0x83, 1, 2, 3)), {code: 'BLOCK_INVALID'}))
})
