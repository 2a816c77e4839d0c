/**
 * Candid bytes to plain values of an expected type.
 *
 * Values are coerced as they are read: extra record fields and arguments are skipped, missing optional ones become `[]` or null, and an
 * `opt` whose content has another type reads as `[]`. What cannot be coerced throws CandidError 'CANDID_TYPE_MISMATCH' with its path; bytes
 * that no type explains throw 'CANDID_MALFORMED' or 'CANDID_TRUNCATED'; bytes that promise far more values than they hold, 'CANDID_LIMIT'.
 * Source: Candid specification, "Deserialisation" and "Coercion".
 */

import {CandidError} from './errors.js'
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
import {WireReader} from './wire-reader.js'

/** The values of a message, one for each expected type. */
export function decodeArgs(bytes: Uint8Array, expectedTypes: readonly CandidType[], env: TypeEnv = EMPTY_ENV): CandidValue[] {
  const reader = new Reader(bytes)
  const head = readHead(reader)
  const wire = new WireReader(reader, head.env)
  const decoder = new Decoder(wire, env)
  const values = expectedTypes.map((expected, index) => {
    const type = head.types[index]
    try {
      return type
        ? decoder.value(type, expected, 0)
        : decoder.missing(expected, `expected ${expectedTypes.length} arguments, got ${head.types.length}`)
    } catch (error) {
      throw error instanceof CandidError ? error.within(`argument ${index + 1}`) : error
    }
  })
  for (const extra of head.types.slice(expectedTypes.length)) wire.skip(extra, 0)
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
  const decoder = new Decoder(new WireReader(reader, head.env), head.env)
  const values = head.types.map((type) => decoder.value(type, type, 0))
  checkEnd(reader)
  return {...head, values}
}

function checkEnd(reader: Reader): void {
  if (reader.remaining > 0) throw malformed(`${reader.remaining} bytes follow the last value`)
}

class Decoder {
  private readonly reader: Reader
  private readonly wireEnv: TypeEnv

  constructor(
    private readonly wire: WireReader,
    private readonly env: TypeEnv,
  ) {
    this.reader = wire.reader
    this.wireEnv = wire.env
  }

  value(wireType: CandidType, expectedType: CandidType, depth: number): CandidValue {
    this.wire.count(depth)
    const wire = resolveType(wireType, this.wireEnv)
    const expected = resolveType(expectedType, this.env)
    if (wire === FUTURE && wire !== expected) return this.future(expected)
    switch (expected.kind) {
      case 'reserved':
        this.wire.skip(wire, depth)
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
        if (wire.kind === expected.kind) return this.wire.primitive(wire.kind)
        if (wire.kind === 'nat' && expected.kind === 'int') return this.reader.nat()
        // Not a subtype by the specification, but the reference reads it.
        if (wire.kind === 'reserved' && expected.kind === 'null') return null
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

  private opt(wire: ResolvedType, inner: CandidType, depth: number): CandidValue {
    if (wire.kind === 'null' || wire.kind === 'reserved') return []
    if (wire.kind === 'opt') return this.reader.bool() ? this.orNone(wire.inner, inner, depth) : []
    const {kind} = resolveType(inner, this.env)
    if (kind !== 'null' && kind !== 'reserved' && kind !== 'opt') return this.orNone(wire, inner, depth)
    this.wire.skip(wire, depth)
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
      this.wire.skip(wire, depth + 1)
      return []
    }
  }

  private vec(wire: ContainerType, expected: ContainerType, depth: number): CandidValue {
    const length = this.reader.size()
    if (isBlob(expected, this.env)) return this.blob(wire, expected, length)
    const values: CandidValue[] = []
    try {
      for (let i = 0; i < length; i++) values.push(this.value(wire.inner, expected.inner, depth + 1))
    } catch (error) {
      throw within(`element ${values.length}`, error)
    }
    return values
  }

  private blob(wire: ContainerType, expected: ContainerType, length: number): Uint8Array {
    const isEmpty = length === 0 && resolveType(wire.inner, this.wireEnv).kind === 'empty'
    if (!isEmpty && !isBlob(wire, this.wireEnv)) throw mismatch(wire, expected)
    return this.reader.raw(length).slice()
  }

  private record(wire: FieldsType, expected: FieldsType, depth: number): CandidValue {
    const record: Record<string, CandidValue> = {}
    let next = 0
    try {
      for (const field of wire.fields) {
        for (; next < expected.fields.length && expected.fields[next]!.id < field.id; next++) this.absent(record, expected.fields[next]!)
        const wanted = expected.fields[next]
        if (wanted?.id !== field.id) this.wire.skip(field.type, depth + 1)
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
    return wire.kind === 'func' ? this.wire.func() : this.reader.principal()
  }

  private future(expected: ResolvedType): CandidValue {
    if (expected.kind !== 'opt' && expected.kind !== 'reserved')
      throw new CandidError('CANDID_TYPE_MISMATCH', `expected ${expected.kind}, got a type of a later version of Candid`)
    this.wire.skipFuture()
    return expected.kind === 'opt' ? [] : null
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
