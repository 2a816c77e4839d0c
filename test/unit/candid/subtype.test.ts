import assert from 'node:assert/strict'
import fc from 'fast-check'
import {parseDid} from '../../../src/candid/did.js'
import {explainIncompatible, explainNotSubtype, isSubtype} from '../../../src/candid/subtype.js'
import {EMPTY_ENV} from '../../../src/candid/types.js'
import {anyType} from './arbitrary.js'

/** The reasons why the first type of a text is no subtype of the second. */
function explain(text: string) {
  const {types: env} = parseDid(text)
  return explainNotSubtype({type: {kind: 'var', name: 'A'}, env}, {type: {kind: 'var', name: 'B'}, env})
}

describe('subtyping', () => {
  it('is reflexive, and holds towards reserved and from empty', () =>
    fc.assert(
      fc.property(anyType, (type) => {
        const copy = structuredClone(type)
        const [a, b] = [
          {type, env: EMPTY_ENV},
          {type: copy, env: EMPTY_ENV},
        ]
        assert.ok(isSubtype(a, b))
        assert.ok(isSubtype(a, {type: {kind: 'reserved'}, env: EMPTY_ENV}) && isSubtype({type: {kind: 'empty'}, env: EMPTY_ENV}, b))
      }),
    ))

  for (const text of [
    'type A = nat; type B = int',
    'type A = record { a : nat; b : text }; type B = record { a : int; c : opt nat }',
    'type A = variant { a }; type B = variant { a; b : nat }',
    'type A = func (int, opt nat) -> (nat, text); type B = func (nat) -> (int)',
    'type A = service { m : (int) -> (); n : () -> () }; type B = service { m : (nat) -> () }',
    'type A = opt record { nat; A }; type B = opt record { int; B }',
    'type A = nat; type B = opt text',
    'type A = vec empty; type B = vec nat',
  ])
    it(`accepts ${text}`, () => assert.equal(explain(text), undefined))

  for (const {text, reasons} of [
    {text: 'type A = int; type B = nat', reasons: ['int is not a subtype of nat']},
    {text: 'type A = null; type B = nat', reasons: ['null is not a subtype of nat']},
    {
      text: 'type A = record { a : int }; type B = record { a : nat }',
      reasons: ['Record field a: int is not a subtype of nat', 'int is not a subtype of nat'],
    },
    {
      text: 'type A = record {}; type B = record { a : nat }',
      reasons: ['Record field a: nat is only in the expected type and is not of type opt, null or reserved'],
    },
    {text: 'type A = variant { a; b }; type B = variant { a }', reasons: ['Variant field b not found in the expected type']},
    {text: 'type A = func () -> () query; type B = func () -> ()', reasons: ['Function mode mismatch']},
    {
      text: 'type A = func (nat) -> (); type B = func (int) -> ()',
      reasons: ['Subtype fails at function input type', 'Record field 0: int is not a subtype of nat', 'int is not a subtype of nat'],
    },
    {text: 'type A = service {}; type B = service { m : () -> () }', reasons: ['Method m is only in the expected type']},
    {
      text: 'type A = opt record { int; A }; type B = record { nat; B }',
      reasons: ['opt record { int; A } is not a subtype of record { nat; B }'],
    },
  ])
    it(`refuses ${text}`, () => assert.deepEqual(explain(text), reasons))

  it('explains why an upgrade breaks callers', () => {
    const before = parseDid('service : { m : (nat) -> (nat); n : () -> () }')
    const after = parseDid('type R = int; service : { m : (nat) -> (R) }')
    assert.deepEqual(explainIncompatible(after, before), [
      'Method m: func (nat) -> (R) is not a subtype of func (nat) -> (nat)',
      'Subtype fails at function return type',
      'Record field 0: R is not a subtype of nat',
      'int is not a subtype of nat',
    ])
    assert.equal(explainIncompatible(before, before), undefined)
    assert.equal(explainIncompatible(parseDid('service : { m : (nat) -> (nat); n : () -> (nat) }'), before), undefined)
  })

  it('sees opt fields that would read as null only when asked', () => {
    const [before, after] = ['text', 'nat'].map((type) => parseDid(`service : { m : () -> (opt ${type}) }`))
    assert.equal(explainIncompatible(after!, before!), undefined)
    assert.match(explainIncompatible(after!, before!, {isStrict: true})!.at(-1)!, /opt nat <: opt text due to special subtyping rules/)
  })

  it('would notice arguments compared in the direction of results (planted bug)', () => {
    assert.equal(explain('type A = func (int) -> (); type B = func (nat) -> ()'), undefined)
    assert.notEqual(explain('type A = func (nat) -> (); type B = func (int) -> ()'), undefined)
  })
})
