/**
 * Plain values to Candid bytes.
 *
 * A record may leave out fields of type opt, null and reserved. Anything else that does not have its type throws
 * CandidError 'CANDID_VALUE' with the path to the place.
 * Source: Candid specification, "Binary format".
 */

import {principalToBytes} from '../protocol/principal.js'
import {describeValue, isPrincipalValue} from './describe.js'
import {CandidError} from './errors.js'
import {INTEGERS} from './integers.js'
import {encodeHead} from './type-table.js'
import {type CandidType, EMPTY_ENV, type FieldsType, fieldKey, isBlob, resolveType, type TypeEnv} from './types.js'
import {Writer} from './writer.js'

/** Candid message: `"DIDL" ‖ n ‖ n type definitions ‖ m ‖ m types ‖ m values`, counts in LEB128. */
export function encodeArgs(types: readonly CandidType[], values: readonly unknown[], env: TypeEnv = EMPTY_ENV): Uint8Array {
  if (types.length !== values.length) throw new CandidError('CANDID_VALUE', `expected ${types.length} arguments, got ${values.length}`)
  const writer = new Writer()
  writer.raw(encodeHead(types, env))
  const encoder = new Encoder(writer, env)
  for (let i = 0; i < types.length; i++) {
    try {
      encoder.value(types[i]!, values[i], 0)
    } catch (error) {
      throw error instanceof CandidError ? error.within(`argument ${i + 1}`) : error
    }
  }
  return writer.finish()
}

/** Deeper values are refused. Measured 2026-11-24: the default stack of Node 20 (984 KB) holds some 2,500 levels. */
export const MAX_DEPTH = 1000

class Encoder {
  constructor(
    private readonly writer: Writer,
    private readonly env: TypeEnv,
  ) {}

  value(type: CandidType, value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw new CandidError('CANDID_LIMIT', `a value is nested deeper than ${MAX_DEPTH} levels`)
    const resolved = resolveType(type, this.env)
    const {writer} = this
    switch (resolved.kind) {
      case 'null':
        if (value !== null && value !== undefined) throw mismatch('null', value)
        return
      case 'reserved':
        return
      case 'empty':
        throw new CandidError('CANDID_VALUE', 'type empty has no values')
      case 'bool':
        if (typeof value !== 'boolean') throw mismatch('bool', value)
        writer.byte(value ? 1 : 0)
        return
      case 'text':
        if (typeof value !== 'string') throw mismatch('text', value)
        writer.text(value)
        return
      case 'float32':
      case 'float64':
        if (typeof value !== 'number') throw mismatch(resolved.kind, value)
        if (resolved.kind === 'float32') writer.float32(value)
        else writer.float64(value)
        return
      case 'principal':
        this.principal('principal', value)
        return
      case 'service':
        this.principal('service', value)
        return
      case 'func':
        this.func(value)
        return
      case 'opt':
        this.opt(resolved.inner, value, depth)
        return
      case 'vec':
        if (isBlob(resolved, this.env)) writer.blob(bytesOf(value))
        else this.vec(resolved.inner, value, depth)
        return
      case 'record':
        this.record(resolved, value, depth)
        return
      case 'variant':
        this.variant(resolved, value, depth)
        return
      default:
        this.integer(resolved.kind, value)
    }
  }

  private integer(kind: keyof typeof INTEGERS, value: unknown): void {
    const range = INTEGERS[kind]
    const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
    if (!isNumber) throw mismatch(kind, value)
    if (value < range.min || (range.max !== undefined && value > range.max))
      throw new CandidError('CANDID_VALUE', `${value} is out of range for ${kind}`)
    if (kind === 'nat') this.writer.nat(BigInt(value))
    else if (kind === 'int') this.writer.int(BigInt(value))
    else if (range.size === 8) this.writer.fixed64(BigInt(value))
    else this.writer.fixed(Number(value), range.size as 1 | 2 | 4)
  }

  private principal(kind: 'principal' | 'service', value: unknown): void {
    if (!isPrincipalValue(value)) throw mismatch(kind, value)
    this.writer.byte(1)
    this.writer.blob(principalToBytes(value))
  }

  private func(value: unknown): void {
    if (!isObject(value) || typeof value.method !== 'string') throw mismatch('func', value)
    this.writer.byte(1)
    this.principal('principal', value.principal)
    this.writer.text(value.method)
  }

  private opt(inner: CandidType, value: unknown, depth: number): void {
    const isNone = value === undefined || (Array.isArray(value) && value.length === 0)
    this.writer.byte(isNone ? 0 : 1)
    if (isNone) return
    if (!Array.isArray(value) || value.length !== 1)
      throw new CandidError('CANDID_VALUE', `expected opt ([] or [value]), got ${describeValue(value)}`)
    this.value(inner, value[0], depth + 1)
  }

  private vec(inner: CandidType, value: unknown, depth: number): void {
    if (!Array.isArray(value)) throw mismatch('vec', value)
    this.writer.size(value.length)
    for (let i = 0; i < value.length; i++) this.inside(`element ${i}`, inner, value[i], depth)
  }

  private record({fields}: FieldsType, value: unknown, depth: number): void {
    if (!isObject(value)) throw mismatch('record', value)
    for (const field of fields) {
      const key = fieldKey(field)
      const inner = Object.hasOwn(value, key) ? value[key] : undefined
      if (inner === undefined && !isOptional(field.type, this.env)) throw new CandidError('CANDID_VALUE', `field "${key}" is missing`)
      this.inside(`field "${key}"`, field.type, inner, depth)
    }
  }

  private variant({fields}: FieldsType, value: unknown, depth: number): void {
    const keys = isObject(value) ? Object.keys(value) : []
    if (!isObject(value) || keys.length !== 1)
      throw new CandidError('CANDID_VALUE', `expected variant ({tag: value}), got ${describeValue(value)}`)
    const index = fields.findIndex((field) => fieldKey(field) === keys[0])
    if (index < 0)
      throw new CandidError(
        'CANDID_VALUE',
        `variant has no tag "${keys[0]}"; it has ${fields.map((field) => `"${fieldKey(field)}"`).join(', ')}`,
      )
    this.writer.size(index)
    this.inside(`tag "${keys[0]}"`, fields[index]!.type, value[keys[0]!], depth)
  }

  private inside(step: string, type: CandidType, value: unknown, depth: number): void {
    try {
      this.value(type, value, depth + 1)
    } catch (error) {
      throw error instanceof CandidError ? error.within(step) : error
    }
  }
}

/** Whether a record may leave out a field of this type. */
export function isOptional(type: CandidType, env: TypeEnv): boolean {
  const {kind} = resolveType(type, env)
  return kind === 'opt' || kind === 'null' || kind === 'reserved'
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (!Array.isArray(value)) throw mismatch('blob', value)
  if (!value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    throw new CandidError('CANDID_VALUE', 'expected blob, got an array with other things than bytes')
  return Uint8Array.from(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function mismatch(expected: string, value: unknown): CandidError {
  return new CandidError('CANDID_VALUE', `expected ${expected}, got ${describeValue(value)}`)
}
