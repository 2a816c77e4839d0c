/** Random Candid types with values of theirs, and their translations for the two judges. */

import {IDL} from '@dfinity/candid'
import {Principal as ReferencePrincipal} from '@dfinity/principal'
import fc from 'fast-check'
import {INTEGERS, type IntegerKind, isBigKind} from '../../../src/candid/integers.js'
import {
  type CandidField,
  type CandidType,
  type CandidValue,
  type FieldsType,
  fieldKey,
  fieldsType,
  namedField,
  PRIMITIVE_KINDS,
  type PrimitiveKind,
} from '../../../src/candid/types.js'
import {principalFromBytes, principalToBytes} from '../../../src/protocol/principal.js'

export interface TypedValue {
  readonly type: CandidType
  readonly value: CandidValue
}

const PLAIN_KINDS = PRIMITIVE_KINDS.filter((kind) => kind !== 'empty')

const label: fc.Arbitrary<Pick<CandidField, 'id' | 'name'>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('a', 'b', 'owner', 'name', 'query', 'balance_of', 'a b', '"', 'é', '__proto__', 'true')
      .map((name) => namedField(name, {kind: 'null'})),
  },
  {weight: 1, arbitrary: fc.integer({min: 0, max: 0xffff_ffff}).map((id) => ({id}))},
  {weight: 2, arbitrary: fc.integer({min: 0, max: 2}).map((id) => ({id}))},
)

export const anyType: fc.Arbitrary<CandidType> = fc.letrec<{type: CandidType}>((tie) => {
  const fields = fc.uniqueArray(fc.tuple(label, tie('type')), {maxLength: 4, selector: ([each]) => each.id})
  const build = (kind: 'record' | 'variant') => (list: [Pick<CandidField, 'id' | 'name'>, CandidType][]) =>
    fieldsType(
      kind,
      list.map(([{id, name}, type]) => (name === undefined ? {id, type} : {id, name, type})),
    )
  const list = fc.array(tie('type'), {maxLength: 2})
  const func = fc
    .tuple(list, list, fc.constantFrom([], ['query'], ['composite_query']))
    .map(([args, results, modes]) => ({kind: 'func', args, results, modes}) as CandidType)
  return {
    type: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      {weight: 5, arbitrary: fc.constantFrom(...PLAIN_KINDS).map((kind): CandidType => ({kind}))},
      {weight: 1, arbitrary: tie('type').map((inner): CandidType => ({kind: 'opt', inner}))},
      {weight: 1, arbitrary: tie('type').map((inner): CandidType => ({kind: 'vec', inner}))},
      {weight: 1, arbitrary: fc.constant<CandidType>({kind: 'vec', inner: {kind: 'nat8'}})},
      {weight: 2, arbitrary: fields.map(build('record'))},
      {weight: 2, arbitrary: fields.filter((each) => each.length > 0).map(build('variant'))},
      {weight: 1, arbitrary: func},
      {
        weight: 1,
        arbitrary: fc.tuple(func, func).map(
          ([f, g]): CandidType => ({
            kind: 'service',
            methods: [
              {name: 'f', type: f},
              {name: 'g h', type: g},
            ],
          }),
        ),
      },
    ),
  }
}).type

export const anyTyped: fc.Arbitrary<TypedValue> = anyType.chain((type) => anyValueOf(type).map((value) => ({type, value})))
export const anyArgs: fc.Arbitrary<TypedValue[]> = fc.array(anyTyped, {maxLength: 3})

const principal = fc.uint8Array({maxLength: 29}).map(principalFromBytes)

export function anyValueOf(type: CandidType): fc.Arbitrary<CandidValue> {
  switch (type.kind) {
    case 'opt':
      return fc.option(anyValueOf(type.inner)).map((value) => (value === null ? [] : [value]))
    case 'vec':
      if (type.inner.kind === 'nat8') return fc.uint8Array({maxLength: 40})
      return fc.array(anyValueOf(type.inner), {maxLength: 12})
    case 'record':
      return fc.tuple(...type.fields.map((field) => anyValueOf(field.type))).map((values) => recordOf(type, values))
    case 'variant':
      return fc.oneof(...type.fields.map((field) => anyValueOf(field.type).map((value) => Object.fromEntries([[fieldKey(field), value]]))))
    case 'func':
      return fc.record({principal, method: fc.constantFrom('go', 'a b', 'func', 'é')}, {noNullPrototype: true})
    case 'service':
      return principal
    case 'var':
      throw new Error('no names here')
    default:
      return primitiveOf(type.kind)
  }
}

function recordOf(type: FieldsType, values: readonly CandidValue[]): CandidValue {
  return Object.fromEntries(type.fields.map((field, index) => [fieldKey(field), values[index]!]))
}

function primitiveOf(kind: PrimitiveKind): fc.Arbitrary<CandidValue> {
  switch (kind) {
    case 'bool':
      return fc.boolean()
    case 'text':
      return fc.oneof(fc.string({unit: 'grapheme-composite'}), fc.constantFrom('', '"\\\n\t\'', 'naïve ☃', 'a'.repeat(90)))
    case 'float32':
      return fc.float()
    case 'float64':
      return fc.double()
    case 'principal':
      return principal
    case 'null':
    case 'reserved':
    case 'empty':
      return fc.constant(null)
    default:
      return integerOf(kind)
  }
}

function integerOf(kind: IntegerKind): fc.Arbitrary<CandidValue> {
  const {min, max} = INTEGERS[kind]
  if (kind === 'int') return fc.oneof(fc.bigInt({min: -200n, max: 200n}), fc.bigInt())
  if (kind === 'nat') return fc.oneof(fc.bigInt({min: 0n, max: 200n}), fc.bigInt({min: 0n}))
  const numbers = fc.bigInt({min: BigInt(min), max: max!})
  return isBigKind(kind) ? numbers : numbers.map(Number)
}

/** The type for `@dfinity/candid`. */
export function toIdl(type: CandidType): IDL.Type {
  switch (type.kind) {
    case 'opt':
      return IDL.Opt(toIdl(type.inner))
    case 'vec':
      return IDL.Vec(toIdl(type.inner))
    case 'record':
    case 'variant': {
      const fields = Object.fromEntries(type.fields.map((field) => [fieldKey(field), toIdl(field.type)]))
      return type.kind === 'record' ? IDL.Record(fields) : IDL.Variant(fields)
    }
    case 'func':
      return IDL.Func(type.args.map(toIdl) as never, type.results.map(toIdl) as never, [...type.modes])
    case 'service':
      return IDL.Service(Object.fromEntries(type.methods.map(({name, type: method}) => [name, toIdl(method) as IDL.FuncClass])))
    case 'var':
      throw new Error('no names here')
    default:
      return IDL_OF[type.kind]
  }
}

const IDL_OF: Record<PrimitiveKind, IDL.Type> = {
  null: IDL.Null,
  bool: IDL.Bool,
  nat: IDL.Nat,
  int: IDL.Int,
  nat8: IDL.Nat8,
  nat16: IDL.Nat16,
  nat32: IDL.Nat32,
  nat64: IDL.Nat64,
  int8: IDL.Int8,
  int16: IDL.Int16,
  int32: IDL.Int32,
  int64: IDL.Int64,
  float32: IDL.Float32,
  float64: IDL.Float64,
  text: IDL.Text,
  reserved: IDL.Reserved,
  empty: IDL.Empty,
  principal: IDL.Principal,
}

/** The value as `@dfinity/candid` has it. */
export function toAgentValue({type, value}: TypedValue): unknown {
  const inner = (innerType: CandidType, innerValue: unknown) => toAgentValue({type: innerType, value: innerValue as CandidValue})
  switch (type.kind) {
    case 'principal':
    case 'service':
      return ReferencePrincipal.fromUint8Array(principalToBytes(value as never))
    case 'func': {
      const reference = value as {principal: never; method: string}
      return [ReferencePrincipal.fromUint8Array(principalToBytes(reference.principal)), reference.method]
    }
    case 'opt':
    case 'vec':
      return value instanceof Uint8Array ? value : (value as CandidValue[]).map((each) => inner(type.inner, each))
    case 'record':
    case 'variant': {
      const record = value as Record<string, CandidValue>
      const fields = type.fields.filter((field) => Object.hasOwn(record, fieldKey(field)))
      return Object.fromEntries(fields.map((field) => [fieldKey(field), inner(field.type, record[fieldKey(field)])]))
    }
    default:
      return value
  }
}

/** Numbers of fixed size come as typed arrays from `@dfinity/candid`; all but bytes as plain ones here. */
export function withPlainArrays(value: unknown): unknown {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return Array.from(value as Int8Array)
  if (Array.isArray(value)) return value.map(withPlainArrays)
  const isRecord = typeof value === 'object' && value !== null && !(value instanceof ReferencePrincipal)
  return isRecord ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPlainArrays(each)])) : value
}
