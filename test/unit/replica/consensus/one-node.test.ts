import assert from 'node:assert/strict'
import {toHex} from '../../../../src/base/bytes.js'
import {sha256} from '../../../../src/base/sha256.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {Consensus, makeGenesis} from '../../../../src/replica/consensus/consensus.js'
import {decodeFinalBlock, replayBatch} from '../../../../src/replica/consensus/delivery.js'
import {HashCrypto} from '../../../../src/replica/consensus/hash-crypto.js'
import type {StepOutput} from '../../../../src/replica/consensus/round.js'
import {aConfig, aMessage, PlainPayloads} from './makers.js'

const GENESIS_NS = 1_000n

class CountingCrypto extends HashCrypto {
  shares = 0
  override signShare(...args: Parameters<HashCrypto['signShare']>): Uint8Array {
    this.shares++
    return super.signShare(...args)
  }
}

function aNode(overrides = {}) {
  const config = aConfig(1, 0, overrides)
  const crypto = new CountingCrypto(config.nodeId, 'test')
  const payloads = new PlainPayloads()
  const consensus = new Consensus({config, crypto, payloads, anchor: makeGenesis(config, GENESIS_NS)})
  return {config, crypto, payloads, consensus}
}

const rootAt = (height: number): Uint8Array => sha256(Uint8Array.of(height))

/** Executes what a step gave out, and steps again for its certification. */
function execute({consensus, payloads}: ReturnType<typeof aNode>, {batches}: StepOutput, nowNs: bigint): StepOutput {
  for (const {batch} of batches) {
    payloads.markExecuted(batch.ingress.map(({id}) => id))
    consensus.addExecuted({height: batch.height, rootHash: rootAt(batch.height), ...(batch.isSummary && {stateHash: rootAt(99)})})
  }
  return consensus.step(nowNs, 'none')
}

describe('Consensus with one node', () => {
  it('does nothing without work', () => {
    const {consensus} = aNode()
    const output = consensus.step(5_000n, 'none')
    assert.deepEqual([output.batches, output.wakeAtNs], [[], undefined])
    assert.deepEqual(consensus.step(6_000n, 'payload').batches, [], 'no empty block when only a payload is wanted')
  })

  it('delivers a message in one step, without waiting, and sends nothing', () => {
    const node = aNode()
    const message = aMessage('hello')
    node.payloads.add(message)
    const output = node.consensus.step(5_000n, 'payload')
    assert.deepEqual(
      output.batches.map(({batch}) => [batch.height, batch.timeNs, batch.ingress.map(({id}) => id), batch.isSummary]),
      [[1, 5_000n, [message.ingress.id], false]],
    )
    assert.equal(output.batches[0]!.batch.randomness.length, 32)
    assert.deepEqual(output.artifacts, [])
    const {certifications} = execute(node, output, 5_001n)
    assert.deepEqual(
      certifications.map(({height, rootHash}) => [height, toHex(rootHash)]),
      [[1, toHex(rootAt(1))]],
    )
  })

  it('keeps block time strictly rising, also when the clock goes back', () => {
    const node = aNode()
    const times = [5_000n, 5_000n, 4_000n, 6_000n].map((nowNs) => {
      const output = node.consensus.step(nowNs, 'block')
      execute(node, output, nowNs)
      return output.batches[0]!.batch.timeNs
    })
    assert.deepEqual(times, [5_000n, 5_001n, 5_002n, 6_000n])
  })

  it('agrees on one batch while another is executed, and no further', () => {
    const {consensus} = aNode()
    const heights = [1n, 2n, 3n].map((now) => consensus.step(5_000n + now, 'block').batches.map(({batch}) => batch.height))
    assert.deepEqual(heights, [[1], [2], []])
    consensus.addExecuted({height: 1, rootHash: rootAt(1)})
    assert.deepEqual(
      consensus.step(6_000n, 'block').batches.map(({batch}) => batch.height),
      [3],
    )
  })

  it('does not put a message twice into the chain', () => {
    const node = aNode()
    node.payloads.add(aMessage('once'))
    node.consensus.step(5_000n, 'payload')
    const second = node.consensus.step(5_100n, 'block').batches
    assert.deepEqual(second[0]!.batch.ingress, [])
  })

  it('signs beacons and tapes ahead, so that only the certification is left', () => {
    const node = aNode()
    for (let round = 0; round < 5; round++) {
      while (node.consensus.signAhead());
      const before = node.crypto.shares
      const output = node.consensus.step(BigInt(10_000 + round), 'block')
      assert.equal(node.crypto.shares - before, 0)
      execute(node, output, BigInt(10_000 + round))
      assert.equal(node.crypto.shares - before, 1)
    }
  })

  it('makes the same batches whether signed ahead or not', () => {
    const [lazy, eager] = [aNode(), aNode()]
    for (let round = 0; round < 20; round++) {
      while (eager.consensus.signAhead());
      const [a, b] = [lazy, eager].map((node) => {
        const output = node.consensus.step(BigInt(10_000 + round), 'block')
        execute(node, output, BigInt(10_000 + round))
        return output.batches
      })
      assert.deepEqual(a, b)
    }
  })

  it('puts an empty summary at the end of each interval, and makes a catch-up package of it', () => {
    const node = aNode({dkgIntervalLength: 4})
    const summaries: number[] = []
    const packages: number[] = []
    for (let round = 1; round <= 12; round++) {
      node.payloads.add(aMessage(`message ${round}`))
      const output = node.consensus.step(BigInt(10_000 + round), 'payload')
      for (const {batch} of output.batches)
        if (batch.isSummary) {
          summaries.push(batch.height)
          assert.deepEqual(batch.ingress, [])
        }
      const after = execute(node, output, BigInt(10_000 + round))
      for (const {catchUp} of [output, after]) if (catchUp) packages.push(catchUp.block.height)
    }
    assert.deepEqual(summaries, [5, 10])
    assert.deepEqual(packages, [5, 10])
  })

  it('goes on from the last logged block after a restart, with the same batches in a replay', () => {
    const node = aNode()
    const logged = []
    for (let round = 0; round < 7; round++) {
      node.payloads.add(aMessage(`message ${round}`))
      const output = node.consensus.step(BigInt(20_000 + round), 'payload')
      logged.push(...output.batches)
      if (round < 6) execute(node, output, BigInt(20_000 + round))
    }
    for (const {batch, record} of logged) assert.deepEqual(replayBatch(decodeFinalBlock(record), batch.randomness), batch)
    const anchor = decodeFinalBlock(logged.at(-1)!.record)
    const again = new Consensus({config: node.config, crypto: node.crypto, payloads: node.payloads, anchor, certifiedHeight: 6})
    assert.deepEqual(again.step(30_000n, 'block').batches, [], 'not before the replayed state is handed in')
    again.addExecuted({height: 7, rootHash: rootAt(7)})
    const output = again.step(30_000n, 'block')
    assert.deepEqual(
      [output.certifications.map(({height}) => height), output.batches.map(({batch}) => [batch.height, batch.timeNs])],
      [[7], [[8, 30_000n]]],
    )
  })

  it('tells in the first block after a start, and only there, how long it had stood still', () => {
    const {config, crypto, payloads} = aNode()
    const anchor = makeGenesis(config, GENESIS_NS)
    const consensus = new Consensus({config, crypto, payloads, anchor, stoppedForNs: 700n})
    const batches = [2_000n, 2_100n].flatMap((nowNs) => consensus.step(nowNs, 'block').batches.map(({batch}) => batch.stoppedForNs))
    assert.deepEqual(batches, [700n, undefined])
  })

  it('puts query statistics on the next block, once, and makes none for them', () => {
    const node = aNode()
    const delta = {canisterId: '0101' as CanisterId, calls: 1n, instructions: 7n, requestPayloadBytes: 3n, responsePayloadBytes: 4n}
    node.consensus.addQueryStats(delta)
    node.consensus.addQueryStats({...delta, instructions: 10n})
    assert.deepEqual(node.consensus.step(4_000n, 'payload').batches, [])
    const stats = [5_000n, 5_001n].map((nowNs) => node.consensus.step(nowNs, 'block').batches[0]!.batch.queryStats)
    assert.deepEqual(stats, [[{...delta, calls: 2n, instructions: 17n, requestPayloadBytes: 6n, responsePayloadBytes: 8n}], undefined])
  })

  it('takes the answer of an outcall into the next block, once', () => {
    const node = aNode()
    node.consensus.addResponse({id: 3, payload: {kind: 'reply', data: Uint8Array.of(1, 2)}})
    const output = node.consensus.step(5_000n, 'payload')
    assert.deepEqual(output.batches[0]!.batch.consensusResponses, [{id: 3, payload: {kind: 'reply', data: Uint8Array.of(1, 2)}}])
    assert.deepEqual(execute(node, output, 5_001n).batches, [])
    assert.deepEqual(node.consensus.step(5_002n, 'payload').batches, [])
  })

  it('keeps no more than it needs, however long it runs', () => {
    const node = aNode()
    for (let round = 0; round < 2_000; round++) execute(node, node.consensus.step(BigInt(10_000 + round), 'block'), BigInt(10_000 + round))
    assert.ok(node.consensus.listArtifacts().length < 30)
  })
})
