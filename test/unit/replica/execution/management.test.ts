import assert from 'node:assert/strict'
import {decodeArgs} from '../../../../src/candid/decode.js'
import {findManagementMethod, managementInterface} from '../../../../src/candid/management.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {canisterIdFromNumber} from '../../../../src/protocol/principal.js'
import {createStateTree, updateStateTree} from '../../../../src/replica/certification/state-tree.js'
import type {Ingress} from '../../../../src/replica/state/messages.js'
import {program, reply} from '../../../spec/universal/program.js'
import {universalCanister} from '../../../spec/universal/universal-canister.js'
import {aSubnet, FIRST_NUMBER, SUBNET_ID, USER} from '../makers.js'
import {aRealSubnet, managing, running} from './real-subnet.js'
import {statusOf} from './subnet.js'

const registry = {version: 1, rootSubnetId: SUBNET_ID, subnets: new Map([[SUBNET_ID, aSubnet()]])}

/** Carries a call out in a batch of its own and gives its Candid result. */
function manage(subnet: ReturnType<typeof aRealSubnet>, id: CanisterId, method: string, args: object = {}): unknown {
  const call = managing(method, {canister_id: id, sender_canister_version: [], ...args}, {effectiveCanisterId: id})
  subnet.run({ingress: [call]})
  const entry = subnet.state.ingressHistory.get(call.id)
  assert.ok(entry?.state.kind === 'terminal' && entry.state.outcome.kind === 'reply', statusOf(subnet.state, call))
  return decodeArgs(entry.state.outcome.data, findManagementMethod(method)!.results, managementInterface().types)[0]
}

describe('the life of a canister through batches', () => {
  const first = canisterIdFromNumber(FIRST_NUMBER + 1000n)
  const bare = aRealSubnet([])
  const tree = createStateTree(bare.state, registry)
  /** After every batch, the tree that was followed must be the tree of the state. */
  const subnet: typeof bare = {
    ...bare,
    run(batch) {
      bare.run(batch)
      updateStateTree(tree, bare.state, registry)
      assert.deepEqual(tree.labels.rootHash(), createStateTree(bare.state, registry).labels.rootHash())
    },
  }
  const call = (message: Ingress) => {
    subnet.run({ingress: [message]})
    return statusOf(subnet.state, message)
  }

  it('begins with the next free id and 100 T cycles', () => {
    const created = manage(subnet, first, 'provisional_create_canister_with_cycles', {amount: [], settings: [], specified_id: []})
    assert.deepEqual(created, {canister_id: first})
    assert.equal(subnet.state.canisters.get(first)!.cycles, 100_000_000_000_000n)
    assert.deepEqual(subnet.state.canisters.get(first)!.settings.controllers, [USER])
  })

  it('goes on with code, which costs its instructions', () => {
    const before = subnet.state.canisters.get(first)!.cycles
    manage(subnet, first, 'install_code', {mode: {install: null}, wasm_module: universalCanister(), arg: program()})
    const canister = subnet.state.canisters.get(first)!
    const {instructions, ingressInduction} = canister.consumed
    assert.equal(before - canister.cycles, instructions + ingressInduction)
    assert.ok(subnet.state.memory.totalBytes > 65_536)
  })

  it('answers calls', () => assert.equal(call(running([reply('hi')], {receiver: first})), 'replied'))

  it('takes no update while its balance is below the freezing limit, until settings thaw it', () => {
    const canister = subnet.state.canisters.get(first)!
    canister.settings = {...canister.settings, computeAllocation: 100, freezingThresholdSeconds: 10n ** 12n}
    assert.match(call(running([reply()], {receiver: first})), /^2 IC0207 Canister \S+ is out of cycles: please top up/)
    const none = {
      controllers: [],
      compute_allocation: [0n],
      memory_allocation: [],
      freezing_threshold: [1n],
      reserved_cycles_limit: [],
      minimum_incoming_canister_call_cycles: [],
      log_visibility: [],
      snapshot_visibility: [],
      status_visibility: [],
      wasm_memory_limit: [],
      wasm_memory_threshold: [],
      environment_variables: [],
    }
    manage(subnet, first, 'update_settings', {settings: none})
    assert.equal(call(running([reply()], {receiver: first})), 'replied')
  })

  it('stops, and ends', () => {
    manage(subnet, first, 'stop_canister')
    assert.match(call(running([reply()], {receiver: first})), /^5 IC0508 /)
    manage(subnet, first, 'delete_canister')
    assert.deepEqual([subnet.state.canisters.size, subnet.state.memory.totalBytes, subnet.state.awake!.size], [0, 0, 0])
    assert.match(call(running([], {receiver: first})), /^3 IC0301 /)
  })
})
