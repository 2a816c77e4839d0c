import assert from 'node:assert/strict'
import type {Variant} from '../../../src/replica/embedder/types.js'
import {compileCanister, compileMotoko, MotokoCanister, NO_ARGUMENTS, natReply, textArgument} from './motoko-canister.js'

const COUNTER = `
persistent actor {
  var n : Nat = 0;
  public func inc() : async Nat { n += 1; n };
  public func fail() : async () { n += 100; assert false };
  public query func greet(name : Text) : async Text { "Hello, " # name # "!" };
}`

describe('a Motoko canister (wasm64, 64-bit table)', function () {
  this.timeout(120_000)
  const counts: Record<string, number[]> = {}

  for (const variant of ['local', 'global', 'refuel'] as const satisfies readonly Variant[])
    it(`runs in variant ${variant}`, () => {
      const compiled = compileCanister(compileMotoko(COUNTER), variant)
      const canister = new MotokoCanister(compiled)
      const used: number[] = []
      const run = (name: string, argument: Uint8Array = NO_ARGUMENTS, keep = true) => {
        const result = canister.run(name, argument, keep)
        used.push(result.used)
        return result
      }
      assert.equal(run('start').outcome, 'ok')
      assert.equal(run('canister_init').outcome, 'ok')
      assert.deepEqual(run('canister_query greet', textArgument('Alice'), false).reply, textArgument('Hello, Alice!'))
      assert.deepEqual(run('canister_update inc').reply, natReply(1))
      assert.deepEqual(run('canister_update inc', NO_ARGUMENTS, false).reply, natReply(2))
      assert.deepEqual(run('canister_update inc').reply, natReply(2))
      assert.match(run('canister_update fail').outcome, /assertion failed/)
      assert.deepEqual(run('canister_update inc').reply, natReply(3))
      canister.restart()
      assert.deepEqual(run('canister_update inc').reply, natReply(4))
      assert.deepEqual(run('canister_query greet', textArgument('Bob'), false).reply, textArgument('Hello, Bob!'))
      counts[variant] = used
    })

  it('counts the same instructions in every variant', () => {
    assert.deepEqual(counts.local, counts.global)
    assert.deepEqual(counts.local, counts.refuel)
    assert.ok(counts.local!.every((count) => count > 0))
  })

  it('describes the module', () => {
    const {info} = compileCanister(compileMotoko(COUNTER), 'local')
    assert.equal(info.isWasm64, true)
    assert.ok(info.methods.update.includes('inc') && info.methods.query.includes('greet') && info.methods.init)
    assert.deepEqual(
      info.customSections.filter(({name}) => name === 'candid:service').map(({visibility}) => visibility),
      ['private'],
    )
    assert.ok(info.functionNames.size > 100 && info.instructionCount > 10_000)
  })
})
