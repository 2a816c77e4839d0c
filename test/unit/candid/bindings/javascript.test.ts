import assert from 'node:assert/strict'
import {IDL} from '@dfinity/candid'
import {transformSync} from 'esbuild'
import {generateJavascript} from '../../../../src/candid/bindings/javascript.js'
import {generateTypescript} from '../../../../src/candid/bindings/typescript.js'
import {parseDid} from '../../../../src/candid/did.js'
import {managementInterface} from '../../../../src/candid/management.js'

const HELLO = parseDid('service : { greet : (text) -> (text) query }')

const SAMPLE = parseDid(`
type List = opt record { int; List };
type Result = variant { ok : record { id : nat64; data : blob }; err : text; nothing };
type Callback = func (Result) -> () oneway;
type class = record { "it's" : principal; 5 : opt Callback; other : service { f : Callback } };
service : (class, opt nat) -> {
  "do it" : (List, nat) -> (Result, vec nat32);
  on : Callback;
}`)

/** Runs the binding and gives the service it describes. */
function serviceOf(script: string): {service: IDL.ServiceClass; init: IDL.Type[]} {
  const body = script.replaceAll('export const ', 'const ')
  const {idlFactory, init} = new Function(`${body}; return {idlFactory, init}`)() as Record<string, (args: {IDL: unknown}) => never>
  return {service: idlFactory!({IDL}), init: init!({IDL})}
}

describe('generateJavascript', () => {
  it('writes what dfx generate writes', () =>
    assert.equal(
      generateJavascript(HELLO),
      `export const idlFactory = ({ IDL }) => {
  return IDL.Service({ 'greet' : IDL.Func([IDL.Text], [IDL.Text], ['query']) });
};
export const init = ({ IDL }) => { return []; };
`,
    ))

  it('defines types before they are used, recursive ones in two steps', () =>
    assert.equal(
      generateJavascript(SAMPLE),
      `export const idlFactory = ({ IDL }) => {
  const List = IDL.Rec();
  const Result = IDL.Variant({
    'ok' : IDL.Record({ 'id' : IDL.Nat64, 'data' : IDL.Vec(IDL.Nat8) }),
    'err' : IDL.Text,
    'nothing' : IDL.Null,
  });
  const Callback = IDL.Func([Result], [], ['oneway']);
  const class_ = IDL.Record({
    _5_ : IDL.Opt(Callback),
    'other' : IDL.Service({ 'f' : Callback }),
    'it\\'s' : IDL.Principal,
  });
  List.fill(IDL.Opt(IDL.Tuple(IDL.Int, List)));
  return IDL.Service({
    'do it' : IDL.Func([List, IDL.Nat], [Result, IDL.Vec(IDL.Nat32)], []),
    'on' : Callback,
  });
};
export const init = ({ IDL }) => {
  const Result = IDL.Variant({
    'ok' : IDL.Record({ 'id' : IDL.Nat64, 'data' : IDL.Vec(IDL.Nat8) }),
    'err' : IDL.Text,
    'nothing' : IDL.Null,
  });
  const Callback = IDL.Func([Result], [], ['oneway']);
  const class_ = IDL.Record({
    _5_ : IDL.Opt(Callback),
    'other' : IDL.Service({ 'f' : Callback }),
    'it\\'s' : IDL.Principal,
  });
  return [class_, IDL.Opt(IDL.Nat)];
};
`,
    ))

  it('returns a service that returns itself', () => {
    const {service} = serviceOf(generateJavascript(parseDid('type S = service { f : () -> (S) }; service : S')))
    assert.deepEqual(
      service._fields.map(([name]) => name),
      ['f'],
    )
  })

  it('would notice definitions in alphabetical order (planted bug)', () => {
    const planted = generateJavascript(parseDid('type A = vec B; type B = nat8; service : { f : (A) -> () }')).replace(
      /(.*const B.*\n)(.*const A.*\n)/,
      '$2$1',
    )
    assert.throws(() => serviceOf(planted), ReferenceError)
  })

  it('runs', () => {
    const {service, init} = serviceOf(generateJavascript(SAMPLE))
    assert.deepEqual(
      service._fields.map(([name]) => name),
      ['do it', 'on'],
    )
    assert.equal(init.length, 2)
    assert.equal(serviceOf(generateJavascript(managementInterface())).service._fields.length, 43)
  })
})

describe('generateTypescript', () => {
  it('writes what dfx generate writes', () =>
    assert.equal(
      generateTypescript(HELLO),
      `import type { Principal } from '@dfinity/principal';
import type { ActorMethod } from '@dfinity/agent';
import type { IDL } from '@dfinity/candid';

export interface _SERVICE { 'greet' : ActorMethod<[string], string> }
export declare const idlFactory: IDL.InterfaceFactory;
export declare const init: (args: { IDL: typeof IDL }) => IDL.Type[];
`,
    ))

  it('describes every kind of type', () =>
    assert.equal(
      generateTypescript(SAMPLE).split('\n').slice(4, -3).join('\n'),
      `export type Callback = ActorMethod<[Result], undefined>;
export type List = [] | [[bigint, List]];
export type Result = {
    'ok' : { 'id' : bigint, 'data' : Uint8Array | number[] }
  } |
  { 'err' : string } |
  { 'nothing' : null };
export interface class_ {
  _5_ : [] | [[Principal, string]],
  'other' : Principal,
  'it\\'s' : Principal,
}
export interface _SERVICE {
  'do it' : ActorMethod<[List, bigint], [Result, Uint32Array | number[]]>,
  'on' : Callback,
}`,
    ))

  it('is TypeScript', () => {
    for (const candid of [SAMPLE, managementInterface()]) transformSync(generateTypescript(candid), {loader: 'ts'})
  })
})
