import assert from 'node:assert/strict'
import {createRequire} from 'node:module'
import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import type {InstallMode} from '../../../src/replica/canister/install-code.js'
import type {CanisterState} from '../../../src/replica/state/canister-state.js'
import type {CallOutcome} from '../../../src/replica/state/messages.js'
import {aCanister, anIngress} from '../../unit/replica/makers.js'
import {NO_ARGUMENTS, natReply} from '../engine/motoko-canister.js'
import {anEnvironment, aRuntime, executeQuery, install, outcomeText} from '../universal/universal-subnet.js'

/** Stable variables live in the heap, and go through stable memory in `pre_upgrade` and `post_upgrade`. */
const SOURCE = (step: number) => `
import Prim "mo:⛔";
persistent actor {
  var n : Nat = 0;
  transient let region = Prim.regionNew();
  system func preupgrade() { if (n > 100) Prim.trap "too many to upgrade" };
  system func postupgrade() { n += 1000 };
  public func inc() : async Nat { n += ${step}; n };
  public func many() : async Nat { n := 101; n };
  public query func get() : async Nat { n };
  public func remember() : async Nat {
    ignore Prim.regionGrow(region, 2);
    Prim.regionStoreNat64(region, 100_000, 77);
    Prim.nat64ToNat(Prim.regionLoadNat64(region, 100_000))
  };
}`

/** moc with classical persistence: a compiler of its own, as its switches cannot be taken back. */
function compileClassic(source: string): Uint8Array {
  const require_ = createRequire(import.meta.url)
  delete require_.cache[require_.resolve('motoko/versions/latest/moc.min.js')]
  const {Motoko: moc} = require_('motoko/versions/latest/moc.min.js')
  moc.gcFlags('classicOP')
  moc.saveFile('Main.mo', source)
  const {code, diagnostics} = moc.compileWasm('ic', 'Main.mo')
  assert.ok(code, JSON.stringify(diagnostics))
  return code.wasm
}

describe('a Motoko canister with classical persistence (wasm32)', function () {
  this.timeout(120_000)
  const env = anEnvironment({runtime: aRuntime()})
  let canister: CanisterState
  let modules: readonly Uint8Array[]

  before(() => {
    modules = [compileClassic(SOURCE(1)), compileClassic(SOURCE(5))]
    canister = aCanister()
  })

  function deploy(version: number, mode: InstallMode): string {
    canister.installCodeDebt = 0n
    const result = install(canister, {mode, wasm: modules[version]!, arg: NO_ARGUMENTS}, env)
    return result.kind === 'rejected' ? `${result.errorCode}: ${result.message}` : 'installed'
  }
  const update = (method: string): CallOutcome =>
    executeMessage(canister, anIngress({method, payload: NO_ARGUMENTS}), env).answers[0]!.outcome
  const number = (outcome: CallOutcome): Uint8Array => (outcome.kind === 'reply' ? outcome.data : assert.fail(outcomeText(outcome)))
  const get = () => number(executeQuery(canister, {caller: canister.id, method: 'get', payload: NO_ARGUMENTS}, env))

  it('has a 32-bit memory', () => {
    assert.equal(deploy(0, {kind: 'install'}), 'installed')
    assert.equal(canister.code!.module.isWasm64, false)
  })

  it('keeps its variables over an upgrade, through stable memory', () => {
    assert.deepEqual(number(update('inc')), natReply(1))
    assert.equal(deploy(1, {kind: 'upgrade'}), 'installed')
    assert.deepEqual(get(), Uint8Array.from([...natReply(0).slice(0, -1), 0xe9, 0x07]))
    assert.ok(canister.code!.stable.sizeBytes > 0)
  })

  it('stays as it is when its pre_upgrade traps', () => {
    assert.deepEqual(number(update('many')), natReply(101))
    assert.match(deploy(0, {kind: 'upgrade'}), /^IC0503: .*'too many to upgrade'/)
    assert.deepEqual(get(), natReply(101))
    assert.deepEqual(number(update('inc')), natReply(106))
  })

  it('writes and reads a region of stable memory', () => assert.deepEqual(number(update('remember')), natReply(77)))
})
