import assert from 'node:assert/strict'
import {IDL} from '@dfinity/candid'
import fc from 'fast-check'
import {fromHex, toHex} from '../../../src/base/bytes.js'
import {decodeArgs, decodeUntyped} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {CandidError} from '../../../src/candid/errors.js'
import type {CandidType} from '../../../src/candid/types.js'
import {Writer} from '../../../src/candid/writer.js'
import {anyArgs, anyType, type TypedValue, toAgentValue, toIdl, withPlainArrays} from './arbitrary.js'

const typesOf = (args: readonly TypedValue[]) => args.map(({type}) => type)
const valuesOf = (args: readonly TypedValue[]) => args.map(({value}) => value)

/** @dfinity/candid cannot hold every field name. */
const hasPrototypeName = (args: readonly TypedValue[]) => JSON.stringify(typesOf(args)).includes('__proto__')

function typesIn(did: string) {
  const {types} = parseDid(did)
  return {env: types, type: (name: string): CandidType => ({kind: 'var', name})}
}

describe('encodeArgs and decodeArgs', () => {
  it('return what was encoded', () =>
    fc.assert(
      fc.property(anyArgs, (args) =>
        assert.deepEqual(decodeArgs(encodeArgs(typesOf(args), valuesOf(args)), typesOf(args)), valuesOf(args)),
      ),
      {numRuns: 500},
    ))

  it('are understood by @dfinity/candid', () =>
    fc.assert(
      fc.property(anyArgs, (args) => {
        fc.pre(!hasPrototypeName(args))
        const decoded = IDL.decode(typesOf(args).map(toIdl), encodeArgs(typesOf(args), valuesOf(args)))
        assert.deepEqual(decoded.map(withPlainArrays), args.map(toAgentValue))
      }),
      {numRuns: 500},
    ))

  it('understand @dfinity/candid', () =>
    fc.assert(
      fc.property(anyArgs, (args) => {
        fc.pre(!hasPrototypeName(args))
        const encoded = new Uint8Array(IDL.encode(typesOf(args).map(toIdl), args.map(toAgentValue)))
        assert.deepEqual(decodeArgs(encoded, typesOf(args)), valuesOf(args))
      }),
      {numRuns: 500},
    ))

  it('read a message by its own types as well as by the given ones', () =>
    fc.assert(
      fc.property(anyArgs, (args) => {
        const bytes = encodeArgs(typesOf(args), valuesOf(args))
        const {types, env, values} = decodeUntyped(bytes)
        assert.deepEqual(decodeArgs(encodeArgs(types, values, env), typesOf(args)), valuesOf(args))
      }),
      {numRuns: 300},
    ))

  it('turn a value into an opt and forget what does not fit', () =>
    fc.assert(
      fc.property(anyArgs, anyType, (args, other) => {
        const values = decodeArgs(encodeArgs(typesOf(args), valuesOf(args)), [{kind: 'opt', inner: other}, {kind: 'reserved'}])
        assert.ok(Array.isArray(values[0]) && values[1] === null)
      }),
      {numRuns: 500},
    ))

  it('carry recursive types', () => {
    const {env, type} = typesIn('type List = opt record { head : int; tail : List }')
    const value = [{head: 1n, tail: [{head: -2n, tail: []}]}]
    assert.deepEqual(decodeArgs(encodeArgs([type('List')], [value], env), [type('List')], env), [value])
  })

  it('carry numbers of any length', () => {
    const types: CandidType[] = [{kind: 'nat'}, {kind: 'int'}, {kind: 'int'}]
    for (let bits = 0n; bits < 200n; bits++)
      for (const near of [-1n, 0n, 1n]) {
        const value = (1n << bits) + near
        const bytes = encodeArgs(types, [value, value, -value])
        assert.deepEqual(decodeArgs(bytes, types), [value, value, -value])
        assert.deepEqual(bytes, new Uint8Array(IDL.encode(types.map(toIdl), [value, value, -value])))
      }
    const huge = (1n << 4_000_000n) + 1n
    assert.deepEqual(decodeArgs(encodeArgs(types, [huge, huge, -huge]), types), [huge, huge, -huge])
  })

  it('read an empty vector as an empty blob, which the reference does not', () =>
    assert.deepEqual(decodeArgs(fromHex('4449444c016d6f010000'), [{kind: 'vec', inner: {kind: 'nat8'}}]), [new Uint8Array(0)]))

  it('let a record leave out optional fields', () => {
    const {env, type} = typesIn('type R = record { a : opt nat; b : null; c : reserved; d : text }')
    assert.deepEqual(decodeArgs(encodeArgs([type('R')], [{d: 'x'}], env), [type('R')], env), [{a: [], b: null, c: null, d: 'x'}])
  })
})

describe('encodeArgs', () => {
  const {env, type} = typesIn('type R = record { owner : principal; list : vec variant { ok : nat8; err } }; type O = opt nat')
  for (const {name, value, message} of [
    {name: 'R', value: {owner: 'zz', list: []}, message: 'argument 1, field "owner": expected principal, got text'},
    {name: 'R', value: {owner: '04'}, message: 'argument 1: field "list" is missing'},
    {
      name: 'R',
      value: {owner: '04', list: [{ok: 256}]},
      message: 'argument 1, field "list", element 0, tag "ok": 256 is out of range for nat8',
    },
    {
      name: 'R',
      value: {owner: '04', list: [{no: 1}]},
      message: 'argument 1, field "list", element 0: variant has no tag "no"; it has "ok", "err"',
    },
    {name: 'R', value: 1, message: 'argument 1: expected record, got number 1'},
    {name: 'O', value: 1n, message: 'argument 1: expected opt ([] or [value]), got number 1'},
    {name: 'O', value: [-1n], message: 'argument 1: -1 is out of range for nat'},
    {name: 'X', value: 1, message: "type 'X' is not defined"},
  ])
    it(`says: ${message}`, () => assert.throws(() => encodeArgs([type(name)], [value], env), {message}))

  it('refuses values nested without end', () => {
    const list = typesIn('type L = opt L')
    const value: unknown[] = []
    value.push(value)
    assert.throws(() => encodeArgs([list.type('L')], [value], list.env), {code: 'CANDID_LIMIT'})
  })
})

describe('decodeArgs', () => {
  const {env, type} = typesIn('type Owner = record { owner : principal }; type Deep = opt Deep; type Void = record { Void }')
  const nat: CandidType = {kind: 'nat'}

  it('says where a value has the wrong type', () =>
    assert.throws(
      () =>
        decodeArgs(
          encodeArgs([{kind: 'record', fields: [{id: 947296307, type: {kind: 'text'}}]}], [{_947296307_: 'x'}]),
          [type('Owner')],
          env,
        ),
      {
        code: 'CANDID_TYPE_MISMATCH',
        message: 'argument 1, field "owner": expected principal, got text',
      },
    ))

  for (const {what, hex, types, code} of [
    {what: 'no bytes', hex: '', types: [], code: 'CANDID_MALFORMED'},
    {what: 'a vector of 2^32 nulls', hex: '4449444c016d7f0100ffffffff0f', types: [], code: 'CANDID_LIMIT'},
    {what: 'nested vectors of nothing', hex: '4449444c026d016d7f0100ffff0fffff0f', types: [], code: 'CANDID_TRUNCATED'},
    {what: 'a huge table', hex: '4449444cffffffff0f', types: [], code: 'CANDID_TRUNCATED'},
    {what: 'a record that contains itself', hex: '4449444c016c0100000100', types: [type('Void')], code: 'CANDID_LIMIT'},
    {what: 'bytes after the end', hex: '4449444c00017d0000', types: [nat], code: 'CANDID_MALFORMED'},
    {what: 'a missing argument', hex: '4449444c0000', types: [nat], code: 'CANDID_TYPE_MISMATCH'},
    {what: 'an opt nested 100,000 deep', hex: `4449444c016e000100${'01'.repeat(100_000)}00`, types: [type('Deep')], code: 'CANDID_LIMIT'},
    {what: 'the same, skipped', hex: `4449444c016e000100${'01'.repeat(100_000)}00`, types: [], code: 'CANDID_LIMIT'},
  ])
    it(`refuses ${what}`, () => assert.throws(() => decodeArgs(fromHex(hex), types, env), {code}))

  it('bounds chains of types', () => {
    const entries = 20_000
    const table = new Writer()
    table.raw(fromHex('4449444c'))
    table.size(entries)
    for (let i = 0; i < entries; i++) {
      table.byte(0x6e)
      table.int(i === entries - 1 ? -3n : BigInt(i + 1))
    }
    table.raw(fromHex('010000'))
    const {types, env: wireEnv, values} = decodeUntyped(table.finish())
    assert.deepEqual(values, [[]])
    assert.throws(() => encodeArgs(types, values, wireEnv), {code: 'CANDID_LIMIT'})
  })

  it('never fails otherwise than by a CandidError, whatever the bytes', () =>
    fc.assert(
      fc.property(anyArgs, fc.array(fc.tuple(fc.nat(), fc.nat({max: 255})), {maxLength: 4}), anyType, (args, changes, other) => {
        const bytes = encodeArgs(typesOf(args), valuesOf(args))
        for (const [position, byte] of changes) bytes[4 + (position % (bytes.length - 4))] = byte
        for (const read of [() => decodeUntyped(bytes), () => decodeArgs(bytes, [other])]) {
          try {
            read()
          } catch (error) {
            assert.ok(error instanceof CandidError, `${toHex(bytes)}: ${error}`)
          }
        }
      }),
      {numRuns: 3000},
    ))

  it('would notice a decoder that reads signed numbers as unsigned (planted bug)', () =>
    assert.notDeepEqual(
      decodeArgs(encodeArgs([{kind: 'int8'}], [-1]), [{kind: 'int8'}]),
      decodeArgs(encodeArgs([{kind: 'nat8'}], [255]), [{kind: 'nat8'}]),
    ))
})
