/**
 * Values from JSON, the other way round from `print-json.ts`: what that prints is read back as the same value.
 *
 * Besides: integers as JSON numbers where they are exact, opt as `null` or the value itself, a tag without a value as its name alone, a blob
 * as hexadecimal text `0x…`, fields of type opt may be absent.
 */

import {fromHex} from '../base/bytes.js'
import {findPrincipal, type Principal} from '../protocol/principal.js'
import {isOptional} from './encode.js'
import {CandidError} from './errors.js'
import {INTEGERS, isBigKind, isIntegerKind} from './integers.js'
import {groupDigits, printType} from './print-type.js'
import {
  type CandidField,
  type CandidType,
  type CandidValue,
  EMPTY_ENV,
  type FieldsType,
  fieldKey,
  resolveType,
  type TypeEnv,
} from './types.js'

/** The arguments of a method: the value itself for one argument, a list of the values for several. Throws CandidError with the path to what is wrong. */
export function parseArgsJson(text: string, types: readonly CandidType[], env: TypeEnv = EMPTY_ENV): CandidValue[] {
  const json = parse(text)
  const [only] = types
  if (types.length === 1) return [fromJson(only!, json, env)]
  if (!Array.isArray(json) || json.length !== types.length)
    throw new CandidError('CANDID_VALUE', `expected a JSON list of ${types.length} arguments`)
  return types.map((type, index) => inside(`argument ${index + 1}`, () => fromJson(type, json[index], env)))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new CandidError('CANDID_SYNTAX', `the argument is not JSON: ${(error as Error).message}`)
  }
}

/** Throws CandidError 'CANDID_VALUE'. */
export function fromJson(type: CandidType, json: unknown, env: TypeEnv = EMPTY_ENV): CandidValue {
  const resolved = resolveType(type, env)
  if (isIntegerKind(resolved.kind)) return readInteger(resolved.kind, json)
  switch (resolved.kind) {
    case 'null':
      return json === null ? null : mismatch(type, json)
    case 'reserved':
      return null
    case 'bool':
      return typeof json === 'boolean' ? json : mismatch(type, json)
    case 'text':
      return typeof json === 'string' ? json : mismatch(type, json)
    case 'float32':
    case 'float64':
      return readFloat(type, json)
    case 'principal':
    case 'service':
      return readPrincipal(type, json)
    case 'opt':
      return readOpt(resolved.inner, json, env)
    case 'vec':
      return readVec(resolved.inner, json, env)
    case 'record':
      return readRecord(resolved, json, env)
    case 'variant':
      return readVariant(resolved, json, env)
    case 'func': {
      const {principal, code} = asObject(type, json)
      return typeof code === 'string' ? {principal: readPrincipal(type, principal), method: code} : mismatch(type, json)
    }
    default:
      return mismatch(type, json)
  }
}

function readInteger(kind: keyof typeof INTEGERS, json: unknown): bigint | number {
  const value = findBigInt(json)
  if (value === undefined) return mismatch({kind}, json)
  const {min, max} = INTEGERS[kind]
  if (value < min || (max !== undefined && value > max)) throw new CandidError('CANDID_VALUE', `${value} is out of range for ${kind}`)
  return isBigKind(kind) ? value : Number(value)
}

/** A JSON number beyond 2^53 has lost digits before anybody could look at it. */
function findBigInt(json: unknown): bigint | undefined {
  if (typeof json === 'string' && /^[+-]?\d[\d_]*$/.test(json)) return BigInt(json.replaceAll('_', '').replace(/^\+/, ''))
  if (typeof json !== 'number' || !Number.isInteger(json)) return undefined
  if (!Number.isSafeInteger(json)) throw new CandidError('CANDID_VALUE', `${json} is too large for a JSON number: write it as a text`)
  return BigInt(json)
}

function readFloat(type: CandidType, json: unknown): number {
  if (json === 'NaN') return Number.NaN
  return typeof json === 'number' ? json : mismatch(type, json)
}

function readPrincipal(type: CandidType, json: unknown): Principal {
  const found = typeof json === 'string' ? findPrincipal(json) : undefined
  return found ?? mismatch(type, json)
}

/** `[]` and `[value]` are what the printer writes; a list that is the value of a vec itself has to be written that way. */
function readOpt(inner: CandidType, json: unknown, env: TypeEnv): CandidValue {
  if (json === null || json === undefined) return []
  if (!Array.isArray(json)) return [fromJson(inner, json, env)]
  if (json.length > 1) throw new CandidError('CANDID_VALUE', `an opt is [] or [value], got a list of ${json.length}`)
  return json.map((each) => fromJson(inner, each, env))
}

function readVec(inner: CandidType, json: unknown, env: TypeEnv): CandidValue {
  const isBlob = resolveType(inner, env).kind === 'nat8'
  if (isBlob && typeof json === 'string' && /^0x([\da-f]{2})*$/i.test(json)) return fromHex(json.slice(2))
  if (!Array.isArray(json)) return mismatch({kind: 'vec', inner}, json)
  const values = json.map((each, index) => inside(`element ${index}`, () => fromJson(inner, each, env)))
  return isBlob ? Uint8Array.from(values as number[]) : values
}

function readRecord(type: FieldsType, json: unknown, env: TypeEnv): CandidValue {
  const given = asObject(type, json)
  const known = new Set(type.fields.map(jsonKey))
  const unknown = Object.keys(given).find((key) => !known.has(key))
  if (unknown !== undefined)
    throw new CandidError('CANDID_VALUE', `record has no field "${unknown}"; it has ${[...known].map((key) => `"${key}"`).join(', ')}`)
  const entries = type.fields.map((field): [string, CandidValue] => {
    const value = Object.hasOwn(given, jsonKey(field)) ? given[jsonKey(field)] : undefined
    if (value === undefined && !isOptional(field.type, env)) throw new CandidError('CANDID_VALUE', `field "${jsonKey(field)}" is missing`)
    return [fieldKey(field), inside(`field "${jsonKey(field)}"`, () => fromJson(field.type, value ?? null, env))]
  })
  return Object.fromEntries(entries)
}

function readVariant(type: FieldsType, json: unknown, env: TypeEnv): CandidValue {
  const [[tag, value] = ['', null], ...others] = Object.entries(typeof json === 'string' ? {[json]: null} : asObject(type, json))
  const field = type.fields.find((each) => jsonKey(each) === tag)
  if (!field || others.length > 0)
    throw new CandidError('CANDID_VALUE', `expected one of the tags ${type.fields.map((each) => `"${jsonKey(each)}"`).join(', ')}`)
  return {[fieldKey(field)]: inside(`tag "${tag}"`, () => fromJson(field.type, value, env))}
}

function asObject(type: CandidType, json: unknown): Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : mismatch(type, json)
}

function jsonKey(field: CandidField): string {
  return field.name ?? groupDigits(String(field.id))
}

function inside<T>(step: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof CandidError ? error.within(step) : error
  }
}

function mismatch(type: CandidType, json: unknown): never {
  throw new CandidError('CANDID_VALUE', `expected ${printType(type)}, got ${JSON.stringify(json) ?? 'nothing'}`)
}
