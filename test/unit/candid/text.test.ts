import assert from 'node:assert/strict'
import fc from 'fast-check'
import {toHex} from '../../../src/base/bytes.js'
import {parseDid, printDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {CandidError} from '../../../src/candid/errors.js'
import {printArgs, printArgsCompact} from '../../../src/candid/print.js'
import {printType} from '../../../src/candid/print-type.js'
import {parseArgs, parseCallArgument} from '../../../src/candid/text.js'
import type {CandidType} from '../../../src/candid/types.js'
import {anyArgs, anyTyped, type TypedValue} from './arbitrary.js'
import {didc} from './reference.js'

const typesOf = (args: readonly TypedValue[]) => args.map(({type}) => type)
const valuesOf = (args: readonly TypedValue[]) => args.map(({value}) => value)

/** The interface of a service with one method `m : (T) -> ()`. */
const didOf = (type: CandidType) =>
  printDid({
    types: new Map([['T', type]]),
    service: {methods: [{name: 'm', type: {kind: 'func', args: [{kind: 'var', name: 'T'}], results: [], modes: []}}]},
  })

/** What the reference prints but cannot read: `inf`, `NaN`, `true` as a name, NUL; and what it reads as another value: a byte per escape. */
const isUnreadable = (text: string) => /\b(inf|NaN)\b|\btrue\b( =|;| \})|\\0|'/.test(text)

describe('parseArgs', () => {
  it('reads what printArgs prints', () =>
    fc.assert(
      fc.property(anyArgs, (args) => {
        const [types, values] = [typesOf(args), valuesOf(args)]
        for (const text of [printArgs(types, values), printArgsCompact(types, values)]) {
          fc.pre(!text.includes('\\0'))
          const parsed = parseArgs(text, types)
          assert.equal(printArgs(parsed.types, parsed.values), printArgs(types, values))
        }
      }),
      {numRuns: 1000},
    ))

  it('encodes texts to the bytes the reference encodes them to', () =>
    fc.assert(
      fc.property(anyTyped, ({type, value}) => {
        const text = printArgs([type], [value])
        fc.pre(!isUnreadable(text))
        const expected = didc.encode({idl: didOf(type), input: text, withType: {kind: 'methodParams', name: 'm'}})
        const {env, types} = {env: parseDid(didOf(type)).types, types: [{kind: 'var', name: 'T'}] as CandidType[]}
        const {values} = parseArgs(text, types, env)
        const printed = (hex: string) => didc.decode({idl: didOf(type), input: hex, serviceMethod: 'm', useServiceMethodReturnType: false})
        assert.equal(printed(toHex(encodeArgs(types, values, env))), printed(expected))
      }),
      {numRuns: 1000},
    ))

  for (const text of [
    '(1, -2, +3, 0x1F, 1_000_000)',
    '(1.5, 1., .5, 1e3, -2.5e-3)',
    '(null, true, "text \\u{2603} \\e2\\98\\83\\n")',
    '(opt 1, opt opt null, vec {}, vec { 1; 2; })',
    '(record { 1; "a"; x = 2; 7 = null; "b c" = true })',
    '(variant { a }, variant { b = 1 }, variant { 3 = "x" })',
    '(blob "\\de\\ad", blob "abc", principal "aaaaa-aa", service "2vxsx-fae", func "aaaaa-aa"."a b")',
    '(1 : nat8, opt (2 : int64), vec { 1 : nat; 2 : nat }, (3 : nat16))',
    '(/* a /* b */ c */ 1, // d\n 2,)',
    '()',
  ])
    it(`infers the types of ${text} as the reference does`, () => {
      const {types, values} = parseArgs(text)
      assert.equal(toHex(encodeArgs(types, values)), didc.encode({idl: 'service : {}', input: text}))
    })

  it('reads long blobs and vectors', () => {
    const bytes = Uint8Array.from({length: 300_000}, (_, index) => index)
    const blob: CandidType = {kind: 'vec', inner: {kind: 'nat8'}}
    assert.deepEqual(parseArgs(printArgs([blob], [bytes]), [blob]).values, [bytes])
    assert.deepEqual(parseArgs(`(vec { ${'7; '.repeat(100_000)}})`, [blob]).values, [new Uint8Array(100_000).fill(7)])
  })

  it('finds a type for elements of different shapes', () =>
    assert.equal(
      printType(parseArgs('(vec { variant { a }; variant { b = opt 1 }; variant { b = null } })').types[0]!),
      'vec variant { a; b : opt int }',
    ))

  const {types: env} = parseDid(
    'type R = record { owner : principal; amount : opt nat; tags : vec variant { red; rgb : record { nat8; nat8; nat8 } } }; type F = func () -> ()',
  )
  const R: CandidType = {kind: 'var', name: 'R'}
  const owner = 'owner = principal "aaaaa-aa"'

  it('gives values the names and defaults of their type', () =>
    assert.deepEqual(
      parseArgs(`(record { ${owner}; tags = vec { variant { rgb = record { 1; 2; 3 } } }; more = 1 })`, [R, {kind: 'opt', inner: R}], env)
        .values,
      [{owner: '', amount: [], tags: [{rgb: {_0_: 1, _1_: 2, _2_: 3}}]}, []],
    ))

  for (const {text, message} of [
    {text: '(record { owner = "me"; tags = vec {} })', message: '1:19: argument 1, field "owner": expected principal, got text'},
    {
      text: `(record {\n  ${owner};\n})`,
      message: '1:2: argument 1, field "tags": a value of type vec variant { red; rgb : record { nat8; nat8; nat8 } } is missing',
    },
    {
      text: `(record { ${owner}; tags = vec { variant { rgb = record { 1; 2; 256 } } } })`,
      message: '1:85: argument 1, field "tags", element 0, tag "rgb", field "_2_": 256 is out of range for nat8',
    },
    {
      text: `(record { ${owner}; tags = vec { variant { blue } } })`,
      message: '1:64: argument 1, field "tags", element 0: variant has no tag "blue"; it has "red", "rgb"',
    },
    {text: `(record { ${owner}; amount = 5; tags = vec {} })`, message: '1:50: argument 1, field "amount": expected opt nat, got number 5'},
    {
      text: `(record { ${owner}; amount = opt (5 : nat8); tags = vec {} })`,
      message: '1:55: argument 1, field "amount": expected nat, got nat8',
    },
    {
      text: `(record { ${owner}; amount = opt -5; tags = vec {} })`,
      message: '1:54: argument 1, field "amount": -5 is out of range for nat',
    },
    {text: '(1, 2)', message: '1:5: expected 1 arguments, got 2'},
    {text: '(1 : Missing)', message: "1:6: type 'Missing' is not defined"},
    {text: '(principal "abc")', message: "1:12: 'abc' is not a principal"},
    {text: '(record { a = 1; a = 2 })', message: "1:18: field 'a' is given twice"},
    {text: '(12ab)', message: "1:4: unexpected 'a' in a number"},
    {text: '(hello)', message: "1:2: expected a value, got 'hello'"},
    {text: '(1', message: "1:3: expected ')', got the end of the text"},
    {text: '("\\ff")', message: '1:2: the text is not valid UTF-8'},
    {text: '("abc', message: '1:2: the text does not end'},
    {text: `(${'opt '.repeat(1000)}1)`, message: '1:2002: a value is nested deeper than 500 levels'},
  ])
    it(`says: ${message}`, () => assert.throws(() => parseArgs(text, [R], env), {message}))

  it('would notice a parser that counts columns from zero (planted bug)', () =>
    assert.throws(
      () => parseArgs('(x)'),
      ({line, column}: CandidError) => line === 1 && column === 2 && column !== '(x)'.indexOf('x'),
    ))

  it('never fails otherwise than by a CandidError, whatever the text', () =>
    fc.assert(
      fc.property(
        anyArgs,
        fc.nat(),
        fc.nat({max: 3}),
        fc.constantFrom('', '(', '}', '"', '\\', ';', ' vec {', '0x', '1.', '/*', 'é', ':'),
        (args, at, cut, insert) => {
          const text = printArgs(typesOf(args), valuesOf(args))
          const position = at % (text.length + 1)
          try {
            parseArgs(text.slice(0, position) + insert + text.slice(position + cut), typesOf(args))
          } catch (error) {
            assert.ok(error instanceof CandidError, String(error))
          }
        },
      ),
      {numRuns: 3000},
    ))
})

describe('parseCallArgument', () => {
  const text: CandidType = {kind: 'text'}
  const nat: CandidType = {kind: 'nat'}

  for (const {input, types, values} of [
    {input: '("Banzai")', types: [text], values: ['Banzai']},
    {input: '"Banzai"', types: [text], values: ['Banzai']},
    {input: 'Banzai', types: [text], values: ['Banzai']},
    {input: 'two words, "quoted"', types: [text], values: ['two words, "quoted"']},
    {input: '1_000', types: [nat], values: [1000n]},
    {input: '5', types: [text], values: ['5']},
    {input: ' (1, 2)', types: [nat, nat], values: [1n, 2n]},
    {input: '()', types: [], values: []},
  ])
    it(`reads ${input} for ${types.length} arguments`, () => assert.deepEqual(parseCallArgument(input, types).values, values))

  for (const {input, types, message} of [
    {input: 'Banzai', types: [nat], message: "1:1: expected a value, got 'Banzai'"},
    {input: '(Banzai)', types: [text], message: "1:2: expected a value, got 'Banzai'"},
    {input: '1', types: [nat, nat], message: "1:1: expected '(', got the number 1"},
  ])
    it(`says: ${message}`, () => assert.throws(() => parseCallArgument(input, types), {message}))
})
