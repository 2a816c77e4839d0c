/**
 * Candid bytes to plain values of an expected type.
 *
 * Values are coerced as they are read: extra record fields and arguments are skipped, missing optional ones become `[]` or null, and an
 * `opt` whose content has another type reads as `[]`. What cannot be coerced throws CandidError 'CANDID_TYPE_MISMATCH' with its path; bytes
 * that no type explains throw 'CANDID_MALFORMED' or 'CANDID_TRUNCATED'; bytes that promise far more values than they hold, 'CANDID_LIMIT'.
 * Source: Candid specification, "Deserialisation" and "Coercion".
 */

import type {Principal} from '../protocol/principal.js'
import {MAX_DEPTH} from './encode.js'
import {CandidError} from './errors.js'
import {INTEGERS, type IntegerKind} from './integers.js'
import {FUTURE, type MessageHead, readHead} from './read-types.js'
import {malformed, Reader} from './reader.js'
import {isSubtype} from './subtype.js'
import {
  type CandidField,
  type CandidType,
  type CandidValue,
  type ContainerType,
  EMPTY_ENV,
  type FieldsType,
  fieldKey,
  isBlob,
  type ResolvedType,
  resolveType,
  type TypeEnv,
} from './types.js'

/** The values of a message, one for each expected type. */
export function decodeArgs(bytes: Uint8Array, expectedTypes: readonly CandidType[], env: TypeEnv = EMPTY_ENV): CandidValue[] {
  const reader = new Reader(bytes)
  const head = readHead(reader)
  const decoder = new Decoder(reader, head.env, env)
  const values = expectedTypes.map((expected, index) => {
    const wire = head.types[index]
    try {
      return wire
        ? decoder.value(wire, expected, 0)
        : decoder.missing(expected, `expected ${expectedTypes.length} arguments, got ${head.types.length}`)
    } catch (error) {
      throw error instanceof CandidError ? error.within(`argument ${index + 1}`) : error
    }
  })
  for (const extra of head.types.slice(expectedTypes.length)) decoder.skip(extra, 0)
  checkEnd(reader)
  return values
}

export interface UntypedMessage extends MessageHead {
  readonly values: readonly CandidValue[]
}

/** The values of a message by its own types; fields have numbers instead of names. */
export function decodeUntyped(bytes: Uint8Array): UntypedMessage {
  const reader = new Reader(bytes)
  const head = readHead(reader)
  const decoder = new Decoder(reader, head.env, head.env)
  const values = head.types.map((type) => decoder.value(type, type, 0))
  checkEnd(reader)
  return {...head, values}
}

function checkEnd(reader: Reader): void {
  if (reader.remaining > 0) throw malformed(`${reader.remaining} bytes follow the last value`)
}

/** Values a message may hold beyond some for each of its bytes: elements of no size are the way to make a small message explode. */
const FREE_VALUES = 1_000_000
const VALUES_PER_BYTE = 16

class Decoder {
  private valuesLeft: number

  constructor(
    private readonly reader: Reader,
    private readonly wireEnv: TypeEnv,
    private readonly env: TypeEnv,
  ) {
    this.valuesLeft = FREE_VALUES + VALUES_PER_BYTE * reader.bytes.length
  }

  value(wireType: CandidType, expectedType: CandidType, depth: number): CandidValue {
    this.count(depth)
    const wire = resolveType(wireType, this.wireEnv)
    const expected = resolveType(expectedType, this.env)
    if (wire === FUTURE && wire !== expected) return this.future(expected)
    switch (expected.kind) {
      case 'reserved':
        this.skip(wire, depth)
        return null
      case 'opt':
        return this.opt(wire, expected.inner, depth)
      case 'vec':
        if (wire.kind === 'vec') return this.vec(wire, expected, depth)
        break
      case 'record':
        if (wire.kind === 'record') return this.record(wire, expected, depth)
        break
      case 'variant':
        if (wire.kind === 'variant') return this.variant(wire, expected, depth)
        break
      case 'func':
      case 'service':
        if (wire.kind === expected.kind) return this.reference(wire, expected)
        break
      default:
        if (wire.kind === expected.kind) return this.primitive(wire.kind)
        if (wire.kind === 'nat' && expected.kind === 'int') return this.reader.nat()
    }
    throw mismatch(wire, expected)
  }

  /** The value of an argument or field that the message does not have. */
  missing(expectedType: CandidType, problem: string): CandidValue {
    const {kind} = resolveType(expectedType, this.env)
    if (kind === 'opt') return []
    if (kind === 'null' || kind === 'reserved') return null
    throw new CandidError('CANDID_TYPE_MISMATCH', problem)
  }

  private primitive(kind: ResolvedType['kind']): CandidValue {
    const {reader} = this
    switch (kind) {
      case 'null':
        return null
      case 'bool':
        return reader.bool()
      case 'text':
        return reader.text()
      case 'principal':
        return reader.principal()
      case 'nat':
        return reader.nat()
      case 'int':
        return reader.int()
      case 'float32':
        return reader.float32()
      case 'float64':
        return reader.float64()
      case 'empty':
        throw malformed('the message has a value of type empty')
      default:
        return this.fixed(kind as IntegerKind)
    }
  }

  private fixed(kind: IntegerKind): number | bigint {
    const {size, signed} = INTEGERS[kind]
    if (size === 8) return signed ? this.reader.signed64() : this.reader.unsigned64()
    return signed ? this.reader.signed(size as 1 | 2 | 4) : this.reader.unsigned(size as 1 | 2 | 4)
  }

  private opt(wire: ResolvedType, inner: CandidType, depth: number): CandidValue {
    if (wire.kind === 'null' || wire.kind === 'reserved') return []
    if (wire.kind === 'opt') return this.reader.bool() ? this.orNone(wire.inner, inner, depth) : []
    const {kind} = resolveType(inner, this.env)
    if (kind !== 'null' && kind !== 'reserved' && kind !== 'opt') return this.orNone(wire, inner, depth)
    this.skip(wire, depth)
    return []
  }

  /** `[value]`, or `[]` when the value has another type than expected. */
  private orNone(wire: CandidType, inner: CandidType, depth: number): CandidValue {
    const start = this.reader.offset
    try {
      return [this.value(wire, inner, depth + 1)]
    } catch (error) {
      if (!(error instanceof CandidError) || error.code !== 'CANDID_TYPE_MISMATCH') throw error
      this.reader.offset = start
      this.skip(wire, depth + 1)
      return []
    }
  }

  private vec(wire: ContainerType, expected: ContainerType, depth: number): CandidValue {
    const length = this.reader.size()
    const isSameBlob = isBlob(expected, this.env) && isBlob(wire, this.wireEnv)
    if (isSameBlob) return this.reader.raw(length).slice()
    const isEmptyMismatch =
      length === 0 && wire !== expected && !isSubtype({type: wire, env: this.wireEnv}, {type: expected, env: this.env})
    if (isEmptyMismatch) throw mismatch(wire, expected)
    const values: CandidValue[] = []
    try {
      for (let i = 0; i < length; i++) values.push(this.value(wire.inner, expected.inner, depth + 1))
    } catch (error) {
      throw within(`element ${values.length}`, error)
    }
    return isBlob(expected, this.env) ? Uint8Array.from(values as number[]) : values
  }

  private record(wire: FieldsType, expected: FieldsType, depth: number): CandidValue {
    const record: Record<string, CandidValue> = {}
    let next = 0
    try {
      for (const field of wire.fields) {
        for (; next < expected.fields.length && expected.fields[next]!.id < field.id; next++) this.absent(record, expected.fields[next]!)
        const wanted = expected.fields[next]
        if (wanted?.id !== field.id) this.skip(field.type, depth + 1)
        else {
          setField(record, wanted, this.value(field.type, wanted.type, depth + 1))
          next++
        }
      }
      for (; next < expected.fields.length; next++) this.absent(record, expected.fields[next]!)
      return record
    } catch (error) {
      throw next < expected.fields.length ? within(`field "${fieldKey(expected.fields[next]!)}"`, error) : error
    }
  }

  private absent(record: Record<string, CandidValue>, field: CandidField): void {
    setField(record, field, this.missing(field.type, 'the field is missing'))
  }

  private variant(wire: FieldsType, expected: FieldsType, depth: number): CandidValue {
    const index = this.reader.size()
    const tag = wire.fields[index]
    if (!tag) throw malformed(`the variant at byte ${this.reader.offset} has tag ${index} of ${wire.fields.length}`)
    const wanted = expected.fields.find((field) => field.id === tag.id)
    if (!wanted)
      throw new CandidError(
        'CANDID_TYPE_MISMATCH',
        `variant tag ${fieldKey(tag)} is not one of ${expected.fields.map(fieldKey).join(', ')}`,
      )
    const variant: Record<string, CandidValue> = {}
    try {
      setField(variant, wanted, this.value(tag.type, wanted.type, depth + 1))
    } catch (error) {
      throw within(`tag "${fieldKey(wanted)}"`, error)
    }
    return variant
  }

  private reference(wire: ResolvedType, expected: ResolvedType): CandidValue {
    if (wire !== expected && !isSubtype({type: wire, env: this.wireEnv}, {type: expected, env: this.env})) throw mismatch(wire, expected)
    return wire.kind === 'func' ? this.func() : this.reader.principal()
  }

  private func(): {principal: Principal; method: string} {
    const flag = this.reader.byte()
    if (flag !== 1) throw malformed(`the function reference at byte ${this.reader.offset - 1} is opaque`)
    const principal = this.reader.principal()
    return {principal, method: this.reader.text()}
  }

  private future(expected: ResolvedType): CandidValue {
    if (expected.kind !== 'opt' && expected.kind !== 'reserved')
      throw new CandidError('CANDID_TYPE_MISMATCH', `expected ${expected.kind}, got a type of a later version of Candid`)
    this.skipFuture()
    return expected.kind === 'opt' ? [] : null
  }

  /** Passes over a value. */
  skip(wireType: CandidType, depth: number): void {
    this.count(depth)
    const wire = resolveType(wireType, this.wireEnv)
    if (wire === FUTURE) this.skipFuture()
    else if (wire.kind === 'opt') {
      if (this.reader.bool()) this.skip(wire.inner, depth + 1)
    } else if (wire.kind === 'vec') this.skipVec(wire, depth)
    else if (wire.kind === 'record') for (const field of wire.fields) this.skip(field.type, depth + 1)
    else if (wire.kind === 'variant') {
      const tag = wire.fields[this.reader.size()]
      if (!tag) throw malformed(`the variant at byte ${this.reader.offset} has an unknown tag`)
      this.skip(tag.type, depth + 1)
    } else if (wire.kind === 'func') this.func()
    else if (wire.kind === 'service') this.reader.principal()
    else if (wire.kind !== 'reserved') this.primitive(wire.kind)
  }

  private skipVec(wire: ContainerType, depth: number): void {
    const length = this.reader.size()
    if (isBlob(wire, this.wireEnv)) this.reader.skip(length)
    else for (let i = 0; i < length; i++) this.skip(wire.inner, depth + 1)
  }

  /** `length ‖ number of references ‖ bytes`; references lie elsewhere and there are none. */
  private skipFuture(): void {
    const size = this.reader.size()
    this.reader.size()
    this.reader.skip(size)
  }

  private count(depth: number): void {
    if (depth > MAX_DEPTH) throw new CandidError('CANDID_LIMIT', `the message is nested deeper than ${MAX_DEPTH} levels`)
    if (--this.valuesLeft < 0)
      throw new CandidError('CANDID_LIMIT', `the message has too many values for its ${this.reader.bytes.length} bytes`)
  }
}

function within(step: string, error: unknown): unknown {
  return error instanceof CandidError ? error.within(step) : error
}

function setField(record: Record<string, CandidValue>, field: CandidField, value: CandidValue): void {
  const key = fieldKey(field)
  // Plain assignment to this one name would set the prototype.
  if (key === '__proto__') Object.defineProperty(record, key, {value, enumerable: true, configurable: true, writable: true})
  else record[key] = value
}

function mismatch(wire: ResolvedType, expected: ResolvedType): CandidError {
  return new CandidError('CANDID_TYPE_MISMATCH', `expected ${expected.kind}, got ${wire.kind}`)
}
