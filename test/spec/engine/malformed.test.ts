/** Damaged real and hand-made modules: always an answer, never a throw, never a hang, and what compiles runs in bounds. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {compileModule} from '../../../src/replica/embedder/compile.js'
import {instantiate} from '../../../src/replica/embedder/instance.js'
import {OP, OP_FC} from '../../../src/wasm/constants.js'
import {decodeModule} from '../../../src/wasm/decode.js'
import {encodeModule} from '../../../src/wasm/encode.js'
import {access, callIndirect, code, i32Const, ifThen, loop} from '../../../src/wasm/instructions.js'
import {removeCustomSections} from '../../../src/wasm/sections.js'
import {compileMotoko, MOTOKO_HOST} from './motoko-canister.js'

const PROCEDURE = {params: [], results: []}
/** Every section and kind of instruction in a few bytes. */
const SMALL = encodeModule({
  types: [PROCEDURE],
  imports: [{module: 'ic0', name: 'msg_reply', type: PROCEDURE}],
  memory: {minimum: 1, maximum: 2},
  tables: [{minimum: 2}],
  globals: [{type: 0x7f, isMutable: true, initial: i32Const(1)}],
  elements: [{offset: i32Const(0), functions: [0, 1]}],
  data: [{offset: i32Const(3), content: Uint8Array.of(1, 2)}, {content: Uint8Array.of(3)}],
  functions: [
    {
      type: PROCEDURE,
      locals: [0x7f, 0x7e, 0x7d, 0x7c, 0x7b],
      body: code(
        ...[i32Const(1), ifThen(i32Const(0), i32Const(2), access(OP.i32Store, 4)), loop(OP.nop), i32Const(0), callIndirect(0)],
        ...[i32Const(0), i32Const(0), i32Const(1), OP.prefixFc, OP_FC.memoryInit, 1, 0, OP.prefixFc, OP_FC.dataDrop, 1],
      ),
      exports: ['canister_update x'],
    },
  ],
  start: 1,
  customs: [{name: 'icp:public a', content: Uint8Array.of(1)}],
})

interface Mutation {
  readonly at: number
  readonly kind: 'set' | 'insert' | 'delete' | 'cut' | 'repeat'
  readonly value: number
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({min: 0, max: 1, noNaN: true, maxExcluded: true}),
  kind: fc.constantFrom('set', 'set', 'set', 'insert', 'delete', 'cut', 'repeat'),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x0b, 0x40, 0xfc, 0xfd)),
})

function mutate(wasm: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let bytes = [...wasm]
  for (const {at, kind, value} of mutations) {
    const position = Math.floor(at * bytes.length)
    if (kind === 'set') bytes[position] = value
    else if (kind === 'insert') bytes.splice(position, 0, value)
    else if (kind === 'delete') bytes.splice(position, 1)
    else if (kind === 'cut') bytes = bytes.slice(0, position)
    else bytes.splice(position, 0, ...bytes.slice(position, position + (value % 16)))
  }
  return Uint8Array.from(bytes)
}

const options = {hostFunctions: () => MOTOKO_HOST, variant: 'local'} as const

/** Compiles; runs what compiles for a moment. Anything thrown is a failure. */
function check(wasm: Uint8Array): 'invalid' | 'compiled' {
  const compiled = compileModule(wasm, options)
  if (compiled.kind === 'invalid') {
    assert.ok(compiled.message.length > 0 && !compiled.message.includes('\n'))
    return 'invalid'
  }
  const imports = Object.fromEntries(compiled.info.imports.map((name) => [name, () => (MOTOKO_HOST.get(name)!.result === 'i64' ? 0n : 0)]))
  const instance = instantiate(compiled, imports, {growMemory: (from) => from < 100})
  instance.begin(100_000)
  instance.runStart()
  for (const name of compiled.info.exports) {
    instance.begin(100_000)
    instance.callExport(name)
  }
  return 'compiled'
}

describe('damaged modules', function () {
  this.timeout(120_000)

  it('get an answer: a small module with everything in it', () => {
    assert.equal(check(SMALL), 'compiled')
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(mutation, {minLength: 1, maxLength: 4}), (mutations) => {
        seen.add(check(mutate(SMALL, mutations)))
      }),
      {numRuns: 3000},
    )
    assert.deepEqual([...seen].sort(), ['compiled', 'invalid'])
  })

  it('get an answer: a module of moc', () => {
    const wasm = removeCustomSections(compileMotoko('persistent actor { public func f() : async Nat { 1 } }'), () => true)
    assert.equal(check(wasm), 'compiled')
    fc.assert(
      fc.property(fc.array(mutation, {minLength: 1, maxLength: 3}), (mutations) => {
        check(mutate(wasm, mutations))
      }),
      {numRuns: 60},
    )
  })

  it('agree with V8 about validity, for 32-bit modules of ours', () => {
    fc.assert(
      fc.property(fc.array(mutation, {minLength: 1, maxLength: 3}), (mutations) => {
        const wasm = mutate(SMALL, mutations)
        if (compileModule(wasm, options).kind === 'compiled')
          assert.ok(WebAssembly.validate(wasm as Uint8Array<ArrayBuffer>), 'V8 refuses it')
      }),
      {numRuns: 3000},
    )
  })

  const crafted: readonly {readonly what: string; readonly bytes: readonly number[]}[] = [
    {what: 'nothing', bytes: []},
    {what: 'a header cut short', bytes: [0, 0x61, 0x73]},
    {what: 'another version', bytes: [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]},
    {what: 'a section longer than the module', bytes: [...encodeModule({}), 1, 0xff, 0xff, 0xff, 0xff, 0x0f]},
    {what: 'four billion types', bytes: [...encodeModule({}), 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]},
    {what: 'a number without end', bytes: [...encodeModule({}), 1, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]},
    {
      what: 'four billion locals',
      bytes: [...encodeModule({functions: []}), 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b],
    },
    {
      what: 'four billion labels',
      bytes: [...encodeModule({}), 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b],
    },
  ]
  for (const {what, bytes} of crafted) it(`is refused: ${what}`, () => assert.equal(check(Uint8Array.from(bytes)), 'invalid'))

  it('is refused quickly when it is large and nonsense', () => {
    const many = new Uint8Array(20_000_000)
    many.set(encodeModule({}))
    assert.equal(check(many), 'invalid')
    const nops = encodeModule({functions: [{type: PROCEDURE, body: new Array(5_000_000).fill(OP.block)}]})
    assert.equal(check(nops), 'invalid')
  })

  it('would be caught throwing', () => {
    // The decoder throws for what compileModule answers.
    assert.throws(() => decodeModule(Uint8Array.of(1)), {code: 'WASM_MALFORMED'})
    assert.equal(check(Uint8Array.of(1)), 'invalid')
  })
})
