import assert from 'node:assert/strict'
import type {CanisterId} from '../../../src/protocol/principal.js'
import {principalToText} from '../../../src/protocol/principal.js'
import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import {resumeQuery, startQuery} from '../../../src/replica/canister/execute-query.js'
import {executeTask} from '../../../src/replica/canister/execute-task.js'
import {inspectMessage} from '../../../src/replica/canister/inspect-message.js'
import type {CanisterState} from '../../../src/replica/state/canister-state.js'
import type {CallOutcome} from '../../../src/replica/state/messages.js'
import {aCanister, anIngress, USER} from '../../unit/replica/makers.js'
import {compileMotoko, NO_ARGUMENTS, natReply, textArgument} from '../engine/motoko-canister.js'
import {anEnvironment, aRuntime, deliver, executeQuery, install, outcomeText, settle} from '../universal/universal-subnet.js'

const SOURCE = `
import Prim "mo:⛔";
persistent actor {
  var ticks : Nat = 0;
  type Other = actor { give : () -> async Nat; get : query () -> async Nat; fail : () -> async () };
  public func ask(id : Text) : async Nat {
    let other = actor (id) : Other;
    await (with cycles = 5_000) other.give()
  };
  public func give() : async Nat { Prim.cyclesAccept<system>(2_0) };
  public func fail() : async () { Prim.trap "failed on purpose" };
  public func survive(id : Text) : async Text {
    let other = actor (id) : Other;
    try { await other.fail(); "no error" } catch (e) { Prim.errorMessage(e) }
  };
  public query func get() : async Nat { ticks };
  public composite query func relay(id : Text) : async Nat { let other = actor (id) : Other; await other.get() };
  public func start() : async () { ignore Prim.setTimer<system>(0, false, func() : async () { ticks += 7 }) };
  public shared ({caller}) func who() : async Text { Prim.debugPrint("asked"); debug_show caller };
  system func inspect({ msg : {
    #ask : () -> (id : Text); #fail : () -> (); #get : () -> (); #give : () -> (); #start : () -> (); #survive : () -> (id : Text); #who : () -> ()
  } }) : Bool {
    switch msg { case (#fail _) false; case _ true }
  };
}`

describe('what Motoko makes of the System API', function () {
  this.timeout(120_000)
  const env = anEnvironment({runtime: aRuntime()})
  let first: CanisterState
  let second: CanisterState

  before(() => {
    const deployed = [0, 1].map((number) => {
      const canister = aCanister({number})
      const result = install(canister, {mode: {kind: 'install'}, wasm: compileMotoko(SOURCE), arg: NO_ARGUMENTS}, env)
      assert.equal(result.kind, 'installed', result.kind === 'rejected' ? result.message : '')
      return canister
    })
    first = deployed[0]!
    second = deployed[1]!
  })

  const idArgument = (id: CanisterId) => textArgument(principalToText(id))
  function update(method: string, payload: Uint8Array = NO_ARGUMENTS): CallOutcome {
    const {answers} = executeMessage(first, anIngress({receiver: first.id, method, payload}), env)
    const all = [...deliver(first, answers), ...settle([first, second], env)]
    assert.equal(all.length, 1)
    return all[0]!.outcome
  }
  const replyOf = (outcome: CallOutcome): Uint8Array => (outcome.kind === 'reply' ? outcome.data : assert.fail(outcomeText(outcome)))

  it('calls another canister with cycles, of which it accepts some', () => {
    const before = [first.cycles, second.cycles]
    assert.deepEqual(replyOf(update('ask', idArgument(second.id))), natReply(20))
    assert.ok(first.cycles < before[0]! && second.cycles < before[1]! + 20n)
    assert.equal(first.callbacks.size + second.callContexts.size, 0)
  })

  it('catches the trap of another canister, with code and text', () =>
    assert.match(outcomeText(update('survive', idArgument(second.id))), /IC0503: Error from Canister .*failed on purpose/))

  it('is told who calls, and prints to its log', () => {
    assert.match(outcomeText(update('who')), /[a-z0-9]{5}-[a-z0-9]{5}/)
    assert.ok(first.logs.records.some(({content}) => Buffer.from(content).toString() === 'asked'))
  })

  it('sets a timer, which the system runs', () => {
    update('start')
    assert.ok(first.globalTimerNs > 0n)
    assert.equal(executeTask(first, 'globalTimer', env).error, undefined)
    settle([first, second], env)
    assert.deepEqual(replyOf(executeQuery(first, {caller: USER, method: 'get', payload: NO_ARGUMENTS}, env)), natReply(7))
  })

  it('relays a composite query', () => {
    const options = {instructionLimit: 5_000_000_000n, isEntry: true}
    const step = startQuery(second, {caller: USER, method: 'relay', payload: idArgument(first.id)}, env, options)
    assert.equal(step.kind, 'waiting', step.kind === 'answered' ? outcomeText(step.outcome) : '')
    if (step.kind !== 'waiting') return
    const [call, ...pending] = step.frame.pending
    assert.deepEqual([call!.receiver, call!.method], [first.id, 'get'])
    const inner = executeQuery(first, {caller: second.id, method: call!.method, payload: call!.payload}, env)
    const data = replyOf(inner)
    const resumed = resumeQuery({...step.frame, pending}, call!, {kind: 'reply', data}, {env, instructionLimit: options.instructionLimit})
    assert.deepEqual(resumed.kind === 'answered' ? replyOf(resumed.outcome) : undefined, natReply(7))
  })

  it('refuses messages that it does not want', () => {
    assert.equal(inspectMessage(first, anIngress({method: 'give', payload: NO_ARGUMENTS}), env).kind, 'accepted')
    assert.equal(inspectMessage(first, anIngress({method: 'fail', payload: NO_ARGUMENTS}), env).kind, 'rejected')
  })
})
