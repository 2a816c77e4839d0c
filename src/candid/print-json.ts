/**
 * Values as JSON, the `json` output of dfx.
 *
 * nat and int are strings with underscores, nat64 and int64 without, smaller numbers numbers, opt is `[]` or `[value]`, a variant
 * `{tag: value}`, a blob a list of numbers, a principal its text, every float that JSON does not have "NaN". Names are in alphabetical order,
 * fields without a name have their number, with underscores.
 * Source: dfx 0.32.0, `canister call --output json`.
 */

import {type Principal, principalToText} from '../protocol/principal.js'
import {compareText} from './compare-text.js'
import {groupDigits} from './print-type.js'
import {
  type CandidField,
  type CandidType,
  type CandidValue,
  EMPTY_ENV,
  type FuncReference,
  fieldKey,
  resolveType,
  type TypeEnv,
} from './types.js'

export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json}

/** One JSON value for each argument, pretty, a line break between them. */
export function printArgsJson(types: readonly CandidType[], values: readonly CandidValue[], env: TypeEnv = EMPTY_ENV): string {
  return types.map((type, index) => JSON.stringify(toJson(type, values[index]!, env), null, 2)).join('\n')
}

export function toJson(type: CandidType, value: CandidValue, env: TypeEnv = EMPTY_ENV): Json {
  const resolved = resolveType(type, env)
  switch (resolved.kind) {
    case 'opt':
      return (value as readonly CandidValue[]).map((each) => toJson(resolved.inner, each, env))
    case 'vec':
      return Array.from(value as readonly CandidValue[], (each) => toJson(resolved.inner, each, env))
    case 'record':
    case 'variant': {
      const record = value as Record<string, CandidValue>
      const given = resolved.fields.filter((field) => Object.hasOwn(record, fieldKey(field)))
      const entries = given.map((field): [string, Json] => [jsonKey(field), toJson(field.type, record[fieldKey(field)]!, env)])
      return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)))
    }
    case 'func': {
      const {principal, method} = value as unknown as FuncReference
      return {principal: principalToText(principal), code: method}
    }
    case 'principal':
    case 'service':
      return principalToText(value as Principal)
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? (value as number) : 'NaN'
    case 'reserved':
      return 'null : reserved'
    case 'nat':
    case 'int':
      return groupDigits(String(value))
    default:
      return typeof value === 'bigint' ? String(value) : (value as boolean | number | string | null)
  }
}

function jsonKey(field: CandidField): string {
  return field.name ?? groupDigits(String(field.id))
}
