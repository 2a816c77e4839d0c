import assert from 'node:assert/strict'
import type {CanisterId, NodeId} from '../../../../src/protocol/principal.js'
import {proposalMessage} from '../../../../src/replica/consensus/artifacts.js'
import {type Block, EMPTY_PAYLOAD, sealBlock} from '../../../../src/replica/consensus/block.js'
import {Consensus, makeGenesis} from '../../../../src/replica/consensus/consensus.js'
import {HashCrypto} from '../../../../src/replica/consensus/hash-crypto.js'
import {beaconHash} from '../../../../src/replica/consensus/randomness.js'
import {rankNodes} from '../../../../src/replica/consensus/ranking.js'
import {type Hash, messageOf, type Statement} from '../../../../src/replica/consensus/statements.js'
import {aConfig, aMessage, nodeIds, PlainPayloads} from './makers.js'

const GENESIS_NS = 1_000_000_000n
const NOW_NS = GENESIS_NS + 1_000_000_000n
const genesis = makeGenesis(aConfig(4, 0), GENESIS_NS)
const [first, second] = rankNodes(nodeIds(4), genesis.beacon.proof as Uint8Array).makers as [NodeId, NodeId]
const watcher = nodeIds(4).findIndex((id) => id !== first && id !== second)
const signAs = (signer: NodeId): HashCrypto => new HashCrypto(signer, 'test')

const valid: Block = {
  height: 1,
  parent: genesis.block.hash,
  maker: first,
  rank: 0,
  timeNs: NOW_NS,
  registryVersion: 1,
  certifiedHeight: 0,
  dkg: {kind: 'data', summaryHeight: 0, dealings: []},
  payload: {ingress: [aMessage('hello')], responses: [], queryStats: []},
  stoppedForNs: 0n,
}

const someStats = {canisterId: '0101' as CanisterId, calls: 1n, instructions: 1n, requestPayloadBytes: 1n, responsePayloadBytes: 1n}

/** A node that proposes nothing itself, beside which others do. */
function aWatcher(overrides = {}): {consensus: Consensus; payloads: PlainPayloads} {
  const config = aConfig(4, watcher, overrides)
  const payloads = new PlainPayloads()
  return {consensus: new Consensus({config, crypto: signAs(config.nodeId), payloads, anchor: genesis}), payloads}
}

const isTaken = (consensus: Consensus, hash: string): boolean =>
  consensus.listArtifacts().some((artifact) => artifact.kind === 'proposal' && artifact.block.hash === hash)

function propose(consensus: Consensus, block: Block, signer: NodeId = block.maker): string {
  const sealed = sealBlock(block)
  consensus.add({kind: 'proposal', block: sealed, signature: signAs(signer).sign(proposalMessage(sealed.height, sealed.hash))})
  return sealed.hash
}

describe('a node takes a proposal', () => {
  it('that keeps all rules', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, valid)
    consensus.step(NOW_NS, 'none')
    assert.ok(isTaken(consensus, hash))
  })

  it('of the second maker, too', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, {...valid, maker: second, rank: 1})
    consensus.step(NOW_NS, 'none')
    assert.ok(isTaken(consensus, hash))
  })
})

describe('a node refuses a proposal', () => {
  const cases: readonly {readonly what: string; readonly change: Partial<Block>; readonly signer?: NodeId}[] = [
    {what: 'signed by another', change: {}, signer: second},
    {what: 'of a node that is no maker', change: {maker: nodeIds(4)[watcher]!}},
    {what: 'with the rank of another', change: {rank: 1}},
    {what: 'of a stranger', change: {maker: 'ffff' as NodeId}},
    {what: 'that is not later than its parent', change: {timeNs: GENESIS_NS}},
    {what: 'of an older registry version', change: {registryVersion: 0}},
    {what: 'that knows its own state', change: {certifiedHeight: 1}},
    {what: 'that claims a longer pause than there was', change: {stoppedForNs: NOW_NS}},
    {what: 'that stands on another summary', change: {dkg: {kind: 'data', summaryHeight: 1, dealings: []}}},
    {
      what: 'that is a summary out of turn',
      change: {dkg: {kind: 'summary', registryVersion: 1, members: nodeIds(4), transcripts: []}, payload: EMPTY_PAYLOAD},
    },
    {what: 'with a message twice', change: {payload: {ingress: [aMessage('a'), aMessage('a')], responses: [], queryStats: []}}},
    {
      what: 'with a response that nobody signed',
      change: {
        payload: {ingress: [], responses: [{id: 1, payload: {kind: 'reply', data: new Uint8Array(1)}, signatures: []}], queryStats: []},
      },
    },
    {what: 'with query statistics of a canister twice', change: {payload: {...EMPTY_PAYLOAD, queryStats: [someStats, someStats]}}},
    {
      what: 'that is too large',
      change: {
        payload: {ingress: Array.from({length: 5}, (_, index) => aMessage(String(index).repeat(900_000))), responses: [], queryStats: []},
      },
    },
  ]
  for (const {what, change, signer} of cases)
    it(what, () => {
      const {consensus, payloads} = aWatcher()
      payloads.findFault = (items) =>
        new Set(items.map(({ingress}) => ingress.id)).size < items.length ? 'a message comes twice' : undefined
      const hash = propose(consensus, {...valid, ...change}, signer)
      for (const waitNs of [0n, 10_000_000_000n]) consensus.step(NOW_NS + waitNs, 'none')
      assert.equal(isTaken(consensus, hash), false)
    })

  it('is caught when it does not check: a valid proposal counts as refused', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, valid)
    consensus.step(NOW_NS, 'none')
    assert.throws(() => assert.equal(isTaken(consensus, hash), false))
  })
})

describe('a node keeps for later a proposal', () => {
  it('from the future, and asks to be woken then', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, {...valid, timeNs: NOW_NS + 500n})
    assert.equal(consensus.step(NOW_NS, 'none').wakeAtNs, NOW_NS + 500n)
    assert.equal(isTaken(consensus, hash), false)
    consensus.step(NOW_NS + 500n, 'none')
    assert.ok(isTaken(consensus, hash))
  })

  it('with a clock of its own that stands, by the time since the parent', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, {...valid, timeNs: GENESIS_NS + 5_000n})
    consensus.step(1_000n, 'none')
    assert.equal(isTaken(consensus, hash), false)
    consensus.step(6_000n, 'none')
    assert.ok(isTaken(consensus, hash))
  })

  it('of a newer registry version', () => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, {...valid, registryVersion: 2})
    consensus.step(NOW_NS, 'none')
    assert.equal(isTaken(consensus, hash), false)
  })

  it('whose parent is not notarized yet', () => {
    const {consensus} = aWatcher()
    const parent = sealBlock(valid)
    const beacon: Statement = {purpose: 'beacon', height: 1, subject: beaconHash(genesis.beacon)}
    const shares = nodeIds(4).map((signer) => ({signer, signature: signAs(signer).signShare('low', messageOf(beacon))}))
    const proof = signAs(first).combineShares('low', shares.slice(0, 2))!
    consensus.add({kind: 'aggregate', statement: beacon, proof})
    const [maker] = rankNodes(nodeIds(4), proof).makers
    const child = propose(consensus, {
      ...valid,
      height: 2,
      parent: parent.hash,
      maker: maker!,
      timeNs: NOW_NS + 400_000_000n,
      payload: EMPTY_PAYLOAD,
    })
    propose(consensus, valid)
    consensus.step(NOW_NS + 1_000_000_000n, 'none')
    assert.equal(isTaken(consensus, child), false)
    const notarization: Statement = {purpose: 'notarization', height: 1, subject: parent.hash}
    const signatures = nodeIds(4)
      .slice(0, 3)
      .map((signer) => ({signer, signature: signAs(signer).sign(messageOf(notarization))}))
    consensus.add({kind: 'aggregate', statement: notarization, proof: signatures})
    consensus.step(NOW_NS + 1_000_000_000n, 'none')
    assert.ok(isTaken(consensus, child))
  })
})

describe('a node refuses statements', () => {
  const notarization = (hash: string): Statement => ({purpose: 'notarization', height: 1, subject: hash})
  const signed = (statement: Statement, signers: readonly NodeId[]) =>
    signers.map((signer) => ({signer, signature: signAs(signer).sign(messageOf(statement))}))
  const height = (proof: (statement: Statement) => ReturnType<typeof signed>): number => {
    const {consensus} = aWatcher()
    const hash = propose(consensus, valid)
    consensus.step(NOW_NS, 'none')
    const statement = notarization(hash)
    consensus.add({kind: 'aggregate', statement, proof: proof(statement)})
    consensus.step(NOW_NS, 'none')
    return consensus.heights.notarized
  }

  it('that too few signed', () => {
    assert.equal(
      height((statement) => signed(statement, nodeIds(4).slice(0, 3))),
      1,
    )
    assert.equal(
      height((statement) => signed(statement, nodeIds(4).slice(0, 2))),
      0,
    )
  })
  it('that one signed three times', () =>
    assert.equal(
      height((statement) => signed(statement, [first, first, first])),
      0,
    ))
  it('that a stranger signed', () =>
    assert.equal(
      height((statement) => signed(statement, [first, second, 'ffff' as NodeId])),
      0,
    ))
  it('whose signatures are for something else', () =>
    assert.equal(
      height((statement) => signed({...statement, purpose: 'finalization'}, nodeIds(4).slice(0, 3))),
      0,
    ))

  it('that name a beacon which does not follow', () => {
    const {consensus} = aWatcher()
    const statement: Statement = {purpose: 'beacon', height: 1, subject: '11'.repeat(32)}
    const shares = nodeIds(4)
      .slice(0, 2)
      .map((signer) => ({signer, signature: signAs(signer).signShare('low', messageOf(statement))}))
    consensus.add({kind: 'aggregate', statement, proof: signAs(first).combineShares('low', shares)!})
    for (const share of shares) consensus.add({kind: 'share', statement, ...share})
    consensus.step(NOW_NS, 'none')
    assert.ok(
      !consensus.listArtifacts().some((artifact) => artifact.kind === 'aggregate' && artifact.statement.subject === statement.subject),
    )
  })

  it('throws out a false share, and combines without it', () => {
    const {consensus} = aWatcher()
    const statement: Statement = {purpose: 'beacon', height: 1, subject: beaconHash(genesis.beacon)}
    const message = messageOf(statement)
    const [liar, honest] = nodeIds(4).filter((id) => id !== nodeIds(4)[watcher]) as [NodeId, NodeId]
    consensus.add({kind: 'share', statement, signer: liar, signature: signAs(honest).signShare('low', message)})
    consensus.step(NOW_NS, 'none')
    consensus.add({kind: 'share', statement, signer: honest, signature: signAs(honest).signShare('low', message)})
    consensus.step(NOW_NS, 'none')
    const known = consensus.listArtifacts().find((artifact) => artifact.kind === 'aggregate' && artifact.statement.height === 1)
    assert.ok(known?.kind === 'aggregate')
    assert.ok(signAs(honest).verifyCombined('low', message, known.proof as Uint8Array))
  })

  it('knows a maker that signed two blocks', () => {
    const {consensus} = aWatcher()
    propose(consensus, valid)
    propose(consensus, {...valid, payload: EMPTY_PAYLOAD})
    const sent = consensus.step(NOW_NS, 'none').artifacts
    const proof = sent.find((artifact) => artifact.kind === 'equivocation')
    assert.deepEqual(
      [
        proof?.kind === 'equivocation' && proof.maker,
        new Set(proof?.kind === 'equivocation' ? proof.proofs.map(({hash}) => hash as Hash) : []).size,
      ],
      [first, 2],
    )
    const later = consensus.step(NOW_NS + 5_000_000_000n, 'none').artifacts
    assert.ok(!later.some((artifact) => artifact.kind === 'share' && artifact.statement.purpose === 'notarization'), 'it notarizes neither')
  })
})
