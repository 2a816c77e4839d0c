import assert from 'node:assert/strict'
import fc from 'fast-check'
import {toHex} from '../../../src/base/bytes.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {printDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {printArgs} from '../../../src/candid/print.js'
import {isSubtype} from '../../../src/candid/subtype.js'
import {type CandidType, EMPTY_ENV, fieldsType} from '../../../src/candid/types.js'
import {anyType, anyTyped} from './arbitrary.js'
import {didc} from './reference.js'

/** A type that differs from the given one in some places, so that values of the one may or may not be read as the other. */
function anyNear(type: CandidType): fc.Arbitrary<CandidType> {
  const same = fc.constant(type)
  const changed: fc.Arbitrary<CandidType>[] = [
    anyType,
    fc.constant<CandidType>({kind: 'opt', inner: type}),
    fc.constant<CandidType>({kind: 'reserved'}),
    fc.constant<CandidType>(type.kind === 'nat' ? {kind: 'int'} : type),
  ]
  if (type.kind === 'opt' || type.kind === 'vec')
    changed.push(
      anyNear(type.inner).map((inner) => ({kind: type.kind, inner})),
      fc.constant(type.inner),
    )
  if (type.kind === 'record' || type.kind === 'variant') {
    const near = fc.tuple(...type.fields.map((field) => anyNear(field.type).map((each) => ({...field, type: each}))))
    changed.push(
      near.map((fields) => fieldsType(type.kind, fields)),
      near.chain((fields) => fc.subarray(fields).map((some) => fieldsType(type.kind, some))),
    )
  }
  return fc.oneof({weight: 3, arbitrary: same}, ...changed.map((arbitrary) => ({weight: 1, arbitrary})))
}

const anyPair = anyTyped.chain(({type, value}) => anyNear(type).map((expected) => ({type, value, expected})))

function read(attempt: () => string): string {
  try {
    return attempt()
  } catch {
    return 'refused'
  }
}

describe('coercion', () => {
  it('reads values as other types the way the reference does', () =>
    fc.assert(
      fc.property(anyPair, ({type, value, expected}) => {
        const bytes = encodeArgs([type], [value])
        const idl = printDid({
          types: new Map([['T', expected]]),
          service: {methods: [{name: 'm', type: {kind: 'func', args: [{kind: 'var', name: 'T'}], results: [], modes: []}}]},
        })
        const theirs = read(() => didc.decode({idl, input: toHex(bytes), serviceMethod: 'm', useServiceMethodReturnType: false}))
        // The reference forgets quotes in its compact form.
        fc.pre(!/variant \{ (?:query|a b|"|é) \}/.test(theirs))
        assert.equal(
          read(() => printArgs([expected], decodeArgs(bytes, [expected]))),
          theirs,
        )
      }),
      {numRuns: 3000},
    ))

  it('would notice a decoder that refuses where it should read none (planted bug)', () => {
    const planted = 'refused'
    const [idl, input] = ['service : { m : (opt text) -> () }', toHex(encodeArgs([{kind: 'nat'}], [1n]))]
    assert.notEqual(didc.decode({idl, input, serviceMethod: 'm', useServiceMethodReturnType: false}), planted)
  })

  it('always succeeds towards a supertype', () =>
    fc.assert(
      fc.property(anyPair, ({type, value, expected}) => {
        fc.pre(isSubtype({type, env: EMPTY_ENV}, {type: expected, env: EMPTY_ENV}))
        decodeArgs(encodeArgs([type], [value]), [expected])
      }),
      {numRuns: 1000},
    ))
})
