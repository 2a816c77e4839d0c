/**
 * Candid types and the plain JavaScript values that stand for Candid values.
 *
 * Source: Candid specification, "Types" and "Field ids".
 */

import {encodeUtf8} from '../base/bytes.js'
import type {Principal} from '../protocol/principal.js'
import {CandidError} from './errors.js'

export const PRIMITIVE_KINDS = [
  'null',
  'bool',
  'nat',
  'int',
  'nat8',
  'nat16',
  'nat32',
  'nat64',
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'text',
  'reserved',
  'empty',
  'principal',
] as const
export type PrimitiveKind = (typeof PRIMITIVE_KINDS)[number]

export interface CandidField {
  /** Hash of the name, or the number written in its place. */
  readonly id: number
  readonly name?: string
  readonly type: CandidType
}

export type FuncMode = 'query' | 'oneway' | 'composite_query'

export interface PrimitiveType {
  readonly kind: PrimitiveKind
}
export interface ContainerType {
  readonly kind: 'opt' | 'vec'
  readonly inner: CandidType
}
export interface FieldsType {
  readonly kind: 'record' | 'variant'
  /** Sorted by id, no id twice. */
  readonly fields: readonly CandidField[]
}
export interface FuncType {
  readonly kind: 'func'
  readonly args: readonly CandidType[]
  readonly results: readonly CandidType[]
  readonly modes: readonly FuncMode[]
}
export interface CandidMethod {
  readonly name: string
  /** A func type or the name of one. */
  readonly type: CandidType
}
export interface ServiceType {
  readonly kind: 'service'
  /** Sorted by name. */
  readonly methods: readonly CandidMethod[]
}
export interface VarType {
  readonly kind: 'var'
  readonly name: string
}
export type CandidType = PrimitiveType | ContainerType | FieldsType | FuncType | ServiceType | VarType
/** A type that is not a name. */
export type ResolvedType = Exclude<CandidType, VarType>

/** The definitions behind `var` types. */
export type TypeEnv = ReadonlyMap<string, CandidType>
export const EMPTY_ENV: TypeEnv = new Map()

/** What a .did file says. */
export interface CandidInterface {
  readonly types: TypeEnv
  readonly service?: {
    /** Present when the service is written as a constructor: `service : (args) -> {…}`. */
    readonly initArgs?: readonly CandidType[]
    readonly methods: readonly CandidMethod[]
    /** The name the service was given by, as in `service : Token`. */
    readonly typeName?: string
  }
}

export interface FuncReference {
  readonly principal: Principal
  readonly method: string
}

/**
 * nat, int, nat64, int64: bigint; smaller integers and floats: number; text: string; principal, service: Principal; null, reserved: null;
 * opt: `[]` or `[value]`; vec nat8: Uint8Array; vec: array; record: object by field name (`_ID_` without a name); variant: `{[tag]: value}`;
 * func: FuncReference.
 */
export type CandidValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CandidValue[]
  | {readonly [field: string]: CandidValue}

/** The id of a field name: sum of byte × 223^position, modulo 2^32. */
export function fieldHash(name: string): number {
  let hash = 0
  for (const byte of encodeUtf8(name)) hash = (Math.imul(hash, 223) + byte) >>> 0
  return hash
}

/** The key of a field in a record or variant value: its name, or `_ID_`. */
export function fieldKey(field: CandidField): string {
  return field.name ?? `_${field.id}_`
}

/** A field named by a text. */
export function namedField(name: string, type: CandidType): CandidField {
  return {id: fieldHash(name), name, type}
}

/** A record or variant of fields in any order. Throws CandidError 'CANDID_TYPE' when two fields have the same id. */
export function fieldsType(kind: 'record' | 'variant', fields: readonly CandidField[]): FieldsType {
  const sorted = [...fields].sort((a, b) => a.id - b.id)
  for (let i = 1; i < sorted.length; i++) {
    const [before, field] = [sorted[i - 1]!, sorted[i]!]
    if (before.id !== field.id) continue
    throw new CandidError(
      'CANDID_TYPE',
      `fields '${before.name ?? before.id}' and '${field.name ?? field.id}' of a ${kind} have the same id`,
    )
  }
  return {kind, fields: sorted}
}

/** Whether the fields are numbered 0, 1, 2, … and have no names: a tuple. */
export function isTuple(fields: readonly CandidField[]): boolean {
  return fields.every((field, index) => field.name === undefined && field.id === index)
}

/** Follows names to their definition. Throws CandidError 'CANDID_TYPE' for an unknown name or one that only names itself. */
export function resolveType(type: CandidType, env: TypeEnv): ResolvedType {
  let resolved = type
  for (let steps = 0; resolved.kind === 'var'; steps++) {
    const definition = env.get(resolved.name)
    if (!definition) throw new CandidError('CANDID_TYPE', `type '${resolved.name}' is not defined`)
    if (steps > env.size) throw new CandidError('CANDID_TYPE', `type '${(type as VarType).name}' is defined by itself`)
    resolved = definition
  }
  return resolved
}

/** Whether the type is `vec nat8`, whose values are byte strings. */
export function isBlob(type: ResolvedType, env: TypeEnv): boolean {
  return type.kind === 'vec' && resolveType(type.inner, env).kind === 'nat8'
}

/** The function type of a method of the service, or undefined. */
export function findMethod(candid: CandidInterface, name: string): FuncType | undefined {
  const method = candid.service?.methods.find((each) => each.name === name)
  if (!method) return undefined
  const type = resolveType(method.type, candid.types)
  return type.kind === 'func' ? type : undefined
}
