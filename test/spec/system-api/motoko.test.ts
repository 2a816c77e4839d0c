import assert from 'node:assert/strict'
import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import type {InstallMode} from '../../../src/replica/canister/install-code.js'
import type {CanisterState} from '../../../src/replica/state/canister-state.js'
import type {CallOutcome} from '../../../src/replica/state/messages.js'
import {aCanister, anIngress, idOf, USER} from '../../unit/replica/makers.js'
import {compileMotoko, NO_ARGUMENTS, natReply, textArgument} from '../engine/motoko-canister.js'
import {anEnvironment, aRuntime, deliver, executeQuery, install, outcomeText, settle} from '../universal/universal-subnet.js'

const counter = (step: number) => `
persistent actor Counter {
  var n : Nat = 0;
  transient var sinceUpgrade : Nat = 0;
  public func inc() : async Nat { n += ${step}; sinceUpgrade += 1; n };
  public func twice() : async Nat { ignore await inc(); await inc() };
  public func fail() : async () { n += 100; assert false };
  public func caught() : async Nat { try { await fail() } catch (_) { n += 10 }; n };
  public func fresh() : async Nat { sinceUpgrade };
  public query func get() : async Nat { n };
  public query func greet(name : Text) : async Text { "Hello, " # name # "!" };
}`

/** Runs one Motoko canister, with everything it sends itself. */
class Driver {
  readonly canister: CanisterState = aCanister()

  constructor(readonly env = anEnvironment({runtime: aRuntime()})) {}

  install(source: string, mode: InstallMode = {kind: 'install'}): void {
    this.canister.installCodeDebt = 0n
    const result = install(this.canister, {mode, wasm: compileMotoko(source), arg: NO_ARGUMENTS}, this.env)
    assert.equal(result.kind, 'installed', result.kind === 'rejected' ? result.message : '')
  }

  update(method: string, payload: Uint8Array = NO_ARGUMENTS): CallOutcome {
    const {answers} = executeMessage(this.canister, anIngress({receiver: idOf(0), method, payload}), this.env)
    const all = [...deliver(this.canister, answers), ...settle([this.canister], this.env)]
    assert.equal(all.length, 1)
    return all[0]!.outcome
  }

  query(method: string, payload: Uint8Array = NO_ARGUMENTS): CallOutcome {
    return executeQuery(this.canister, {caller: USER, method, payload}, this.env)
  }
}

function replyOf(outcome: CallOutcome): Uint8Array {
  assert.equal(outcome.kind, 'reply', outcomeText(outcome))
  return outcome.kind === 'reply' ? outcome.data : new Uint8Array(0)
}

/** One life of the canister; every reply on the way, and what it cost. */
function liveOnce(driver: Driver): string[] {
  const seen: string[] = []
  const note = (outcome: CallOutcome) => seen.push(outcomeText(outcome), String(driver.canister.cycles))
  driver.install(counter(1))
  note(driver.update('inc'))
  note(driver.update('twice'))
  note(driver.update('fail'))
  note(driver.update('caught'))
  note(driver.query('get'))
  driver.install(counter(5), {kind: 'upgrade', wasmMemoryPersistence: 'keep'})
  note(driver.update('inc'))
  note(driver.update('fresh'))
  return seen
}

describe('a Motoko canister, end to end', function () {
  this.timeout(120_000)

  it('installs, answers, calls itself, traps, and is upgraded with its state', () => {
    const driver = new Driver()
    driver.install(counter(1))
    assert.deepEqual(replyOf(driver.update('inc')), natReply(1))
    assert.deepEqual(replyOf(driver.query('greet', textArgument('Ada'))), textArgument('Hello, Ada!'))
    assert.deepEqual(replyOf(driver.update('twice')), natReply(3))
    assert.match(
      outcomeText(driver.update('fail')),
      /^IC0503: Error from Canister .*: Canister called `ic0\.trap` with message: 'assertion failed/,
    )
    assert.deepEqual(replyOf(driver.query('get')), natReply(3))
    assert.deepEqual(replyOf(driver.update('caught')), natReply(13))
    driver.install(counter(5), {kind: 'upgrade', wasmMemoryPersistence: 'keep'})
    assert.deepEqual(replyOf(driver.query('get')), natReply(13))
    assert.deepEqual(replyOf(driver.update('inc')), natReply(18))
    assert.deepEqual(replyOf(driver.update('fresh')), natReply(1))
    driver.install(counter(1), {kind: 'reinstall'})
    assert.deepEqual(replyOf(driver.query('get')), natReply(0))
  })

  it('must be told what becomes of its heap', () => {
    const driver = new Driver()
    driver.install(counter(1))
    driver.canister.installCodeDebt = 0n
    const result = install(driver.canister, {mode: {kind: 'upgrade'}, wasm: compileMotoko(counter(2)), arg: NO_ARGUMENTS}, driver.env)
    assert.match(result.kind === 'rejected' ? `${result.errorCode}: ${result.message}` : '', /^IC0504: Missing upgrade option: /)
  })

  it('lives the same life on a runtime that forgets everything before each message', () =>
    assert.deepEqual(
      liveOnce(new Driver(anEnvironment({runtime: aRuntime({isAmnesiac: true})}))),
      liveOnce(new Driver(anEnvironment({runtime: aRuntime()}))),
    ))
})
