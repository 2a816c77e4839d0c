import assert from 'node:assert/strict'
import {proposalMessage} from '../../src/replica/consensus/artifacts.js'
import {sealBlock} from '../../src/replica/consensus/block.js'
import {HashCrypto} from '../../src/replica/consensus/hash-crypto.js'
import {messageOf} from '../../src/replica/consensus/statements.js'
import {aMessage, nodeIds} from '../unit/replica/consensus/makers.js'
import {Simulation, seededRandom} from './network.js'

const seeds = (count: number): number[] => Array.from({length: count}, (_, index) => 1_000 + index)

/** No two nodes disagree about a batch or a certified root, and no message is executed twice. */
function assertSafe({nodes}: Simulation, seed: number): void {
  for (const [index, node] of nodes.entries()) {
    assert.equal(new Set(node.executedIds).size, node.executedIds.length, `seed ${seed}: node ${index} executed a message twice`)
    for (const other of nodes)
      for (const field of ['chain', 'certified'] as const)
        for (const [height, digest] of node[field])
          assert.equal(other[field].get(height) ?? digest, digest, `seed ${seed}: fork at height ${height}`)
  }
}

function submitSome(simulation: Simulation, count: number, name: string, everyMs: number): void {
  for (let index = 0; index < count; index++) {
    simulation.submit(aMessage(`${name} ${index}`))
    simulation.run(everyMs)
  }
}

function assertAllExecuted({nodes}: Simulation, count: number, seed: number, up = nodes.map((_, index) => index)): void {
  for (const index of up) assert.equal(nodes[index]!.executedIds.length, count, `seed ${seed}: node ${index} did not execute everything`)
  const certified = up.map((index) => nodes[index]!.consensus.heights.certified)
  for (const index of up) assert.equal(nodes[index]!.consensus.heights.certified, nodes[index]!.consensus.heights.delivered, `seed ${seed}`)
  assert.equal(new Set(certified).size, 1, `seed ${seed}: nodes stand at ${certified}`)
}

describe('a subnet of four nodes in virtual time', function () {
  this.timeout(120_000)

  it('executes messages on all nodes, and rests when there are none', () => {
    const simulation = new Simulation({nodes: 4, seed: 1})
    simulation.run(10_000)
    assert.deepEqual([simulation.heights, simulation.artifactsSent], [[0, 0, 0, 0], 0])
    submitSome(simulation, 10, 'message', 500)
    simulation.run(3_000)
    assertSafe(simulation, 1)
    assertAllExecuted(simulation, 10, 1)
    const [heights, sent] = [simulation.heights, simulation.artifactsSent]
    simulation.run(600_000)
    assert.deepEqual([simulation.heights, simulation.artifactsSent], [heights, sent])
  })

  it('is safe and lives under loss, delay and a split that heals', () => {
    for (const seed of seeds(12)) {
      const random = seededRandom(seed)
      const simulation = new Simulation({
        nodes: 4,
        seed,
        loss: 0.1 + 0.2 * random(),
        delayMs: [1, 400 * random() + 20],
        config: {dkgIntervalLength: 9},
      })
      submitSome(simulation, 8, 'before', 300)
      simulation.split(random() < 0.5 ? [0, 0, 1, 1] : [0, 0, 0, 1])
      submitSome(simulation, 8, 'during', 1_000)
      simulation.split([0, 0, 0, 0])
      submitSome(simulation, 8, 'after', 300)
      simulation.run(120_000)
      assertSafe(simulation, seed)
      assertAllExecuted(simulation, 24, seed)
    }
  })

  it('goes on with one node down, stands still with two, and resumes', () => {
    const simulation = new Simulation({nodes: 4, seed: 7})
    simulation.stop(3)
    submitSome(simulation, 5, 'three up', 1_000)
    simulation.run(20_000)
    assertAllExecuted(simulation, 5, 7, [0, 1, 2])
    simulation.stop(2)
    submitSome(simulation, 5, 'two up', 1_000)
    simulation.run(60_000)
    assert.deepEqual(
      simulation.nodes.slice(0, 2).map(({executedIds}) => executedIds.length),
      [5, 5],
    )
    simulation.start(2)
    simulation.start(3)
    simulation.run(60_000)
    assertSafe(simulation, 7)
    assertAllExecuted(simulation, 10, 7)
  })

  it('brings a node that slept through intervals back by a catch-up package', () => {
    const simulation = new Simulation({nodes: 4, seed: 8, config: {dkgIntervalLength: 19}})
    simulation.stop(3)
    submitSome(simulation, 120, 'message', 800)
    simulation.run(20_000)
    assert.ok(simulation.nodes[0]!.consensus.heights.catchUp >= 60)
    simulation.start(3)
    simulation.run(60_000)
    submitSome(simulation, 5, 'more', 800)
    simulation.run(30_000)
    assertSafe(simulation, 8)
    assertAllExecuted(simulation, 125, 8)
    assert.ok(simulation.nodes[3]!.chain.size < 80, 'it jumped over what it slept through')
  })

  it('survives nodes that come and go, whatever the order', () => {
    for (const seed of seeds(6)) {
      const random = seededRandom(seed + 500)
      const simulation = new Simulation({nodes: 4, seed, loss: 0.1, config: {dkgIntervalLength: 9}})
      for (let turn = 0; turn < 12; turn++) {
        const node = Math.floor(random() * 4)
        simulation.stop(node)
        submitSome(simulation, 2, `turn ${turn}`, 2_000 * random())
        if (random() < 0.7) simulation.start(node)
      }
      for (const node of simulation.nodes.keys()) simulation.start(node)
      simulation.run(120_000)
      assertSafe(simulation, seed)
      assertAllExecuted(simulation, 24, seed)
    }
  })

  it('survives crashes of any node at any moment', () => {
    for (const seed of seeds(8)) {
      const random = seededRandom(seed + 900)
      const simulation = new Simulation({nodes: 4, seed, loss: 0.05, delayMs: [1, 200], config: {dkgIntervalLength: 9}})
      for (let turn = 0; turn < 30; turn++) {
        if (turn % 2 === 0) simulation.submit(aMessage(`turn ${turn}`))
        simulation.run(700 * random())
        simulation.crash(Math.floor(random() * 4))
      }
      simulation.run(120_000)
      assertSafe(simulation, seed)
      assertAllExecuted(simulation, 15, seed)
    }
  })

  it('finds out a node that computes another state, and goes on without it', () => {
    const simulation = new Simulation({nodes: 4, seed: 9, wrongRoot: (node, height) => node === 2 && height >= 3})
    submitSome(simulation, 8, 'message', 1_000)
    simulation.run(30_000)
    assert.deepEqual(
      simulation.nodes.map(({diverged}) => diverged),
      [false, false, true, false],
    )
    assertAllExecuted(simulation, 8, 9, [0, 1, 3])
  })

  it('follows with a clock that is minutes off', () => {
    const simulation = new Simulation({nodes: 4, seed: 10, clockOffsetMs: (node) => [0, 0, 0, -180_000][node]!})
    submitSome(simulation, 8, 'message', 1_000)
    simulation.run(60_000)
    assertSafe(simulation, 10)
    assertAllExecuted(simulation, 8, 10, [0, 1, 2])
  })

  it('does not fork when a maker proposes two blocks, and knows who it was', () => {
    for (const seed of seeds(4)) {
      const [liar] = nodeIds(4)
      const crypto = new HashCrypto(liar!, 'simulation')
      const simulation = new Simulation({
        nodes: 4,
        seed,
        tamper: (from, to, artifact) => {
          if (from !== 0 || artifact.kind !== 'proposal' || to < 2) return artifact
          const block = sealBlock({...artifact.block, timeNs: artifact.block.timeNs + 1n})
          return {kind: 'proposal', block, signature: crypto.sign(proposalMessage(block.height, block.hash))}
        },
      })
      submitSome(simulation, 10, 'message', 2_000)
      simulation.run(60_000)
      assertSafe(simulation, seed)
      assertAllExecuted(simulation, 10, seed)
    }
  })

  it('answers outcalls that three of four nodes agree on, and rejects those without agreement', () => {
    const simulation = new Simulation({nodes: 4, seed: 11})
    const say = (node: number, id: number, text: string): void =>
      simulation.nodes[node]!.consensus.addResponse({id, payload: {kind: 'reject', code: 1, message: text}})
    for (const node of [0, 1, 2]) say(node, 1, 'same')
    for (const node of [0, 1, 2, 3]) say(node, 2, `different ${node % 2}`)
    submitSome(simulation, 3, 'message', 2_000)
    simulation.run(20_000)
    assertSafe(simulation, 11)
    assert.ok(simulation.nodes.every(({consensus}) => consensus.heights.certified >= 2))
    assert.ok(simulation.nodes.every(({consensus}) => !consensus.hasResponses))
  })
})

describe('the simulation catches planted bugs:', () => {
  it('a payload that ignores what the ancestors carry', () => {
    const simulation = new Simulation({nodes: 4, seed: 21, executionMs: 3_000})
    for (const {payloads} of simulation.nodes) {
      payloads.build = ({maxMessages}) => [...payloads.pending.values()].slice(0, maxMessages)
      payloads.findFault = () => undefined
      payloads.markExecuted = () => undefined
    }
    simulation.submit(aMessage('once'))
    simulation.run(30_000)
    assert.throws(() => assertSafe(simulation, 21), /executed a message twice/)
  })

  it('more dishonest nodes than a subnet of four can bear', () => {
    const [first, second, third] = nodeIds(4).map((nodeId) => new HashCrypto(nodeId, 'simulation'))
    const liars = [first!, second!, third!]
    const simulation = new Simulation({
      nodes: 4,
      seed: 22,
      // Three nodes sign another block for the fourth: notarized, final, and not the one of the others.
      tamper: (from, to, artifact) => {
        if (to !== 3 || artifact.kind !== 'proposal' || artifact.block.maker !== nodeIds(4)[from]) return to === 3 ? undefined : artifact
        const block = sealBlock({...artifact.block, timeNs: artifact.block.timeNs + 1n})
        for (const purpose of ['notarization', 'finalization'] as const) {
          const statement = {purpose, height: block.height, subject: block.hash}
          const proof = liars.map((crypto, index) => ({signer: nodeIds(4)[index]!, signature: crypto.sign(messageOf(statement))}))
          simulation.inject(3, {kind: 'aggregate', statement, proof})
        }
        for (const purpose of ['beacon', 'tape'] as const)
          for (const known of simulation.nodes[from]!.consensus.listArtifacts())
            if (known.kind === 'aggregate' && known.statement.purpose === purpose) simulation.inject(3, known)
        return {kind: 'proposal', block, signature: liars[from]?.sign(proposalMessage(block.height, block.hash)) ?? artifact.signature}
      },
    })
    submitSome(simulation, 5, 'message', 2_000)
    simulation.run(20_000)
    assert.throws(() => assertSafe(simulation, 22), /fork at height/)
  })
})

describe('larger subnets', function () {
  this.timeout(120_000)

  for (const {nodes, down} of [
    {nodes: 5, down: [1]},
    {nodes: 7, down: [0, 6]},
  ])
    it(`of ${nodes} nodes go on with ${down.length} down`, () => {
      const simulation = new Simulation({nodes, seed: nodes})
      for (const node of down) simulation.stop(node)
      submitSome(simulation, 5, 'message', 2_000)
      simulation.run(40_000)
      assertSafe(simulation, nodes)
      const up = simulation.nodes.map((_, index) => index).filter((index) => !down.includes(index))
      assertAllExecuted(simulation, 5, nodes, up)
    })
})
