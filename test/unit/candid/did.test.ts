import assert from 'node:assert/strict'
import fc from 'fast-check'
import {parseDid, printDid} from '../../../src/candid/did.js'
import {CandidError} from '../../../src/candid/errors.js'
import {findManagementMethod, MANAGEMENT_DID, managementInterface} from '../../../src/candid/management.js'
import {fieldHash, findMethod} from '../../../src/candid/types.js'
import {didc} from './reference.js'

const SAMPLE = `
// A comment.
/* Another /* nested */ one. */
import "types.did";
import service "base.did";
type Tree = variant { leaf; "odd name" : nat8; 7 : text; branch : record { Tree; Tree; left : opt Tree } };
type Callback = func (text, "a name" : nat, value : opt int64) -> (blob) query;
service named : (record { owner : principal }, opt Shared) -> {
  "two words" : Callback;
  call : (callback : Callback) -> () oneway;
  nested : (service { f : (reserved) -> (empty) composite_query }) -> ();
};`

const FILES: Record<string, string> = {
  'types.did': 'import "more.did"; type Shared = record { More; 5 : float32 }',
  'more.did': 'import "types.did"; type More = vec Shared;',
  'base.did': 'service : { base : () -> (nat) query }',
}
const resolveImport = (path: string) => FILES[path]

describe('parseDid', () => {
  it('reads the whole grammar, and prints what it reads as the same', () => {
    const candid = parseDid(SAMPLE, {resolveImport})
    assert.deepEqual(
      candid.service?.methods.map((method) => method.name),
      ['base', 'call', 'nested', 'two words'],
    )
    assert.equal(candid.service?.initArgs?.length, 2)
    const printed = printDid(candid)
    assert.deepEqual(parseDid(printed), candid)
    assert.deepEqual(didc.getServiceMethods(printed).sort(), ['base', 'call', 'nested', 'two words'])
  })

  it('breaks long types over lines', () =>
    assert.equal(
      printDid(
        parseDid(
          'type A = record { first : text; second : text; third : opt vec nat8; fourth : variant { a; b : nat } }; service : { a : (A) -> () query }',
        ),
      ),
      `type A = record {
  first : text;
  third : opt blob;
  second : text;
  fourth : variant { a; b : nat };
};
service : { a : (A) -> () query }
`,
    ))

  for (const {what, text, message, code} of [
    {what: 'an undefined name', text: 'type A = vec B;', message: "1:14: type 'B' is not defined", code: 'CANDID_TYPE'},
    {
      what: 'a name that only names itself',
      text: 'type A = B;\ntype B = A;',
      message: "1:6: type 'A' is defined by itself",
      code: 'CANDID_TYPE',
    },
    {what: 'a name defined twice', text: 'type A = nat; type A = nat', message: "1:20: type 'A' is defined twice", code: 'CANDID_TYPE'},
    {
      what: 'a field given twice',
      text: 'type A = record { a : nat; 97 : nat }',
      message: "1:17: fields 'a' and '97' of a record have the same id",
      code: 'CANDID_TYPE',
    },
    {
      what: 'a method that is no function',
      text: 'type A = nat;\nservice : { m : A }',
      message: '2:17: expected a function type, got nat',
      code: 'CANDID_TYPE',
    },
    {what: 'a missing import', text: 'import "x.did"; service : {}', message: "1:8: cannot import 'x.did'", code: 'CANDID_TYPE'},
    {what: 'a missing arrow', text: 'service : { m : (nat) }', message: "1:23: expected '->', got '}'", code: 'CANDID_SYNTAX'},
    {what: 'an open comment', text: 'service : {} /* x', message: '1:14: the comment does not end', code: 'CANDID_SYNTAX'},
    {what: 'a stray character', text: 'type A = #;', message: "1:10: unexpected character '#'", code: 'CANDID_SYNTAX'},
    {
      what: 'something after the service',
      text: 'service : {}; type',
      message: "1:15: expected the end of the text, got 'type'",
      code: 'CANDID_SYNTAX',
    },
    {
      what: 'a bottomless type',
      text: `type A = ${'opt '.repeat(5000)}nat`,
      message: '1:2010: a type is nested deeper than 500 levels',
      code: 'CANDID_LIMIT',
    },
  ])
    it(`refuses ${what}`, () => assert.throws(() => parseDid(text), {code, message}))

  it('never fails otherwise than by a CandidError, whatever the text', () =>
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat({max: 5}),
        fc.constantFrom('', '(', '}', '"', ';', ' vec ', '->', ':', '/*', 'é', '5', 'type '),
        (at, cut, insert) => {
          const position = at % MANAGEMENT_DID.length
          try {
            parseDid(MANAGEMENT_DID.slice(0, position) + insert + MANAGEMENT_DID.slice(position + cut))
          } catch (error) {
            assert.ok(error instanceof CandidError && error.line !== undefined, String(error))
          }
        },
      ),
      {numRuns: 500},
    ))

  it('would notice fields in the order they are written (planted bug)', () => {
    const planted = 'type A = record { second : nat; first : nat };\n'
    assert.notEqual(printDid(parseDid(planted)), planted)
  })

  it('hashes field names', () => {
    assert.equal(fieldHash('owner'), 947296307)
    assert.equal(fieldHash(''), 0)
  })
})

describe('the management interface', () => {
  it('is accepted by the reference', () =>
    assert.deepEqual(
      didc.getServiceMethods(MANAGEMENT_DID).sort(),
      managementInterface()
        .service?.methods.map((method) => method.name)
        .sort(),
    ))

  it('knows every method of the specification', () => assert.equal(managementInterface().service?.methods.length, 43))

  it('finds types of methods', () => {
    assert.deepEqual(findManagementMethod('raw_rand'), {kind: 'func', args: [], results: [{kind: 'vec', inner: {kind: 'nat8'}}], modes: []})
    assert.equal(findMethod(managementInterface(), 'nothing'), undefined)
  })
})
