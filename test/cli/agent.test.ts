import assert from 'node:assert/strict'
import {AnonymousIdentity, Certificate, type HttpAgent, type Identity, lookupResultToBuffer} from '@dfinity/agent'
import {ECDSAKeyIdentity, Ed25519KeyIdentity} from '@dfinity/identity'
import {encodeUtf8, toHex} from '../../src/base/bytes.js'
import {sha256} from '../../src/base/sha256.js'
import {type CanisterId, principalToBytes} from '../../src/protocol/principal.js'
import {createCanister, createTestAgent, installCode, manage, toAgentPrincipal, update} from '../support/agent-client.js'
import {counterWasm, readCounter} from '../support/counter-wasm.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from '../support/local-network.js'
import {replayState} from '../support/replay-state.js'

const NO_ARGS = encodeUtf8('')

/** The unmodified agent against the shipped process: it verifies every certificate and every query signature itself. */
describe('the unmodified @dfinity/agent', () => {
  const folder = temporaryFolder()
  let network: LocalNetwork
  let agent: HttpAgent
  let counter: CanisterId

  before(async () => {
    network = await startLocalNetwork(folder)
    agent = await createTestAgent(network.url)
    counter = await createCanister(agent)
    await installCode(agent, counter, counterWasm)
  })

  after(async () => {
    await network.stop()
    replayState(folder)
    removeFolder(folder)
  })

  it('calls, and reads the result with a verified certificate', async () => {
    assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 1n)
    assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 2n)
  })

  it('queries, and accepts the signature of the node', async () => {
    const answer = await agent.query(toAgentPrincipal(counter), {methodName: 'read', arg: NO_ARGS})
    assert.equal(answer.status, 'replied')
    assert.equal(readCounter(new Uint8Array((answer as {reply: {arg: Uint8Array}}).reply.arg)), 2n)
  })

  it('sees a trap undo what the message did', async () => {
    await assert.rejects(update(agent, counter, 'trap_after_inc', NO_ARGS), /IC0502|unreachable/)
    assert.equal(readCounter(await update(agent, counter, 'inc', NO_ARGS)), 3n)
  })

  it('reads module hash and controllers from the state tree', async () => {
    const path = (label: string): Uint8Array[] => [encodeUtf8('canister'), principalToBytes(counter), encodeUtf8(label)]
    const paths = [path('module_hash'), path('controllers')]
    const {certificate} = await agent.readState(toAgentPrincipal(counter), {paths})
    const verified = await Certificate.create({certificate, rootKey: agent.rootKey!, canisterId: toAgentPrincipal(counter)})
    const hash = lookupResultToBuffer(verified.lookup_path(paths[0]!))
    assert.equal(toHex(new Uint8Array(hash!)), toHex(sha256(counterWasm)))
  })

  it('calls one canister through another', async () => {
    const forwarder = await createCanister(agent)
    await installCode(agent, forwarder, counterWasm)
    assert.equal(readCounter(await update(agent, forwarder, 'forward', principalToBytes(counter))), 4n)
  })

  it('manages canisters: status, stop, start, delete', async () => {
    const id = await createCanister(agent)
    const status = async (): Promise<string> =>
      Object.keys(((await manage(agent, 'canister_status', {canister_id: id}, id)) as {status: object}).status)[0]!
    assert.equal(await status(), 'running')
    await manage(agent, 'stop_canister', {canister_id: id}, id)
    assert.equal(await status(), 'stopped')
    await manage(agent, 'start_canister', {canister_id: id}, id)
    assert.equal(await status(), 'running')
    await assert.rejects(manage(agent, 'delete_canister', {canister_id: id}, id), /IC0510|must be stopped/)
    await manage(agent, 'stop_canister', {canister_id: id}, id)
    await manage(agent, 'delete_canister', {canister_id: id}, id)
    await assert.rejects(status(), /IC0301|not found/)
  })

  it('is refused what belongs to somebody else', async () => {
    const stranger = await createTestAgent(network.url)
    await assert.rejects(manage(stranger, 'canister_status', {canister_id: counter}, counter), /IC0512|[Cc]ontroller/)
  })

  const identities: readonly {readonly name: string; readonly make: () => Promise<Identity>}[] = [
    {name: 'anonymous', make: async () => new AnonymousIdentity()},
    {name: 'Ed25519', make: async () => Ed25519KeyIdentity.generate()},
    {name: 'P-256', make: async () => ECDSAKeyIdentity.generate()},
  ]
  for (const {name, make} of identities)
    it(`authenticates ${name} callers`, async () => {
      const caller = await createTestAgent(network.url, await make())
      const before = readCounter(await update(agent, counter, 'inc', NO_ARGS))
      assert.equal(readCounter(await update(caller, counter, 'inc', NO_ARGS)), before + 1n)
    })
})
