import assert from 'node:assert/strict'
import {createRequire} from 'node:module'
import {generateMotoko} from '../../../../src/candid/bindings/motoko.js'
import {parseDid} from '../../../../src/candid/did.js'
import type {CandidInterface} from '../../../../src/candid/types.js'

const SAMPLE = `
type List = opt record { int; List };
type Result = variant { ok : record { id : nat64; data : blob }; err : text; nothing };
type Callback = func (Result) -> () oneway;
service : (record { actor : principal; 5 : opt Callback }, opt nat) -> {
  "do it" : (List, nat) -> (Result, vec nat32);
  pair : (record { nat; float64 }) -> (reserved) composite_query;
  get : () -> (service { f : Callback }) query;
  on : Callback;
}`

/** The compiler as JavaScript. */
interface Motoko {
  write(path: string, content: string): void
  check(path: string): {severity: number; message: string}[]
}

describe('generateMotoko', () => {
  it('writes a module with an actor type', () =>
    assert.equal(
      generateMotoko(parseDid(SAMPLE)),
      `// This is a generated Motoko binding.
// Please use \`import service "ic:canister_id"\` instead to call canisters on the IC if possible.

module {
  public type Callback = shared Result -> ();
  public type List = ?(Int, List);
  public type Result = {
    #ok : { id : Nat64; data : Blob };
    #err : Text;
    #nothing;
  };
  public type Self = (
    { _5_ : ?Callback; actor_ : Principal },
    ?Nat,
  ) -> async actor {
    _3716765024_ : shared (List, Nat) -> async (Result, [Nat32]);
    get : shared query () -> async actor { f : Callback };
    on : Callback;
    pair : shared composite query ((Nat, Float)) -> async Any;
  };
}
`,
    ))

  it('refuses float32', () => assert.throws(() => generateMotoko(parseDid('type A = float32')), {code: 'CANDID_TYPE'}))
})

describe('the Motoko compiler', () => {
  const moc = createRequire(import.meta.url)('motoko') as Motoko

  const check = (candid: CandidInterface) => {
    moc.write('Binding.mo', generateMotoko(candid))
    moc.write('Main.mo', 'import Binding "Binding"; persistent actor { public func use(_ : Binding.Self) : async () {} }')
    return [...moc.check('Binding.mo'), ...moc.check('Main.mo')].filter(({severity}) => severity === 1).map(({message}) => message)
  }

  it('accepts the bindings of every kind of type', () =>
    assert.deepEqual(check(parseDid(SAMPLE.replace(/service : \(.*\) -> /, 'service : '))), []))

  it('would notice a binding without escapes (planted bug)', () => {
    moc.write('Planted.mo', 'module { public type Self = actor { async : shared () -> async () } }')
    assert.notEqual(moc.check('Planted.mo').length, 0)
  })
})
