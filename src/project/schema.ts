/**
 * Checks of JSON values that collect every mistake instead of stopping at the first. A check gives the value in its type, or
 * undefined after a report; absent fields are undefined without one. `null` counts as absent, as in dfx.
 */
import {findPrincipal, type Principal} from '../protocol/principal.js'
import type {Mistake} from './errors.js'

export type Report = (path: string, problem: string) => void
/** A JSON schema (draft 7), as `schema` publishes it for editors. */
export type JsonSchema = Readonly<Record<string, unknown>>
export type Test<T> = (value: unknown, path: string, report: Report) => T | undefined
export type Check<T> = Test<T> & {readonly schema: JsonSchema}
export type Checked<C> = C extends Test<infer T> ? T : never

/** Runs a check over a whole value. */
export function inspect<T>(check: Check<T>, value: unknown): {readonly value: T | undefined; readonly mistakes: readonly Mistake[]} {
  const mistakes: Mistake[] = []
  const checked = check(value, '', (path, problem) => mistakes.push({path, problem}))
  return {value: checked, mistakes}
}

/** A check and what it accepts in words of JSON schema. */
export function describe<T>(schema: JsonSchema, test: Test<T>): Check<T> {
  return Object.assign(test, {schema})
}

/** A check from a conversion that gives undefined for what it does not take. */
function checkOf<T>(expected: string, schema: JsonSchema, convert: (value: unknown) => T | undefined): Check<T> {
  return describe(schema, (value, path, report) => {
    const converted = convert(value)
    if (converted === undefined) report(path, `expected ${expected}, got ${show(value)}`)
    return converted
  })
}

export const text = checkOf('a string', {type: 'string'}, (value) => (typeof value === 'string' ? value : undefined))
export const flag = checkOf('true or false', {type: 'boolean'}, (value) => (typeof value === 'boolean' ? value : undefined))
export const anything: Check<unknown> = describe({}, (value) => value)
export const principal: Check<Principal> = checkOf('a principal', {type: 'string'}, (value) =>
  typeof value === 'string' ? findPrincipal(value) : undefined,
)

export const port = checkOf('a port (0 to 65535)', {type: 'integer', minimum: 0, maximum: 65535}, (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535 ? value : undefined,
)

export function integerBetween(min: number, max: number): Check<number> {
  return checkOf(`a whole number from ${min} to ${max}`, {type: 'integer', minimum: min, maximum: max}, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined,
  )
}

/** A value that a parser reads from a string, or from a whole number written as JSON number. */
export function parsed<T>(expected: string, parse: (text: string) => T | undefined): Check<T> {
  return checkOf(expected, {type: ['string', 'integer'], description: expected}, (value) => {
    if (typeof value === 'string') return parse(value)
    return typeof value === 'number' && Number.isSafeInteger(value) ? parse(String(value)) : undefined
  })
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  const expected = allowed.map((name) => `"${name}"`).join(' | ')
  return checkOf(expected, {enum: allowed}, (value) => allowed.find((name) => name === value))
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return describe({type: 'array', items: item.schema}, (value, path, report) => {
    if (!Array.isArray(value)) {
      report(path, `expected a list, got ${show(value)}`)
      return undefined
    }
    return value.map((entry, index) => item(entry, `${path}[${index}]`, report)).filter((entry) => entry !== undefined)
  })
}

/** One string or a list of strings. */
export const texts: Check<readonly string[]> = describe(
  {anyOf: [{type: 'string'}, {type: 'array', items: {type: 'string'}}]},
  (value, path, report) => {
    if (typeof value === 'string') return [value]
    if (Array.isArray(value)) return listOf(text)(value, path, report)
    report(path, `expected a string or a list of strings, got ${show(value)}`)
    return undefined
  },
)

export function mapOf<T>(item: Check<T>): Check<Readonly<Record<string, T>>> {
  return describe({type: 'object', additionalProperties: item.schema}, (value, path, report) => {
    if (!isRecord(value)) {
      report(path, `expected an object, got ${show(value)}`)
      return undefined
    }
    const entries = Object.entries(value).flatMap(([key, entry]) => {
      const checked = item(entry, join(path, key), report)
      return checked === undefined ? [] : [[key, checked] as const]
    })
    return Object.fromEntries(entries)
  })
}

export type Shape = Readonly<Record<string, Check<unknown>>>
export type ObjectOf<S extends Shape> = {readonly [K in keyof S]?: Checked<S[K]> | undefined}

/** An object with the given fields, all optional; other fields are left out. */
export function object<const S extends Shape>(shape: S): Check<ObjectOf<S>> {
  const properties = Object.fromEntries(Object.entries(shape).map(([key, {schema}]) => [key, schema]))
  return describe({type: 'object', properties}, (value, path, report) => {
    if (!isRecord(value)) {
      report(path, `expected an object, got ${show(value)}`)
      return undefined
    }
    const fields = Object.entries(shape).flatMap(([key, check]) => {
      const field = value[key]
      return field === undefined || field === null ? [] : [[key, check(field, join(path, key), report)] as const]
    })
    return Object.fromEntries(fields) as ObjectOf<S>
  })
}

/** Reports the required fields that are absent from a checked object. */
export function requireFields<T extends object>(value: T, path: string, fields: readonly (keyof T & string)[], report: Report): void {
  for (const field of fields) if (!(field in value)) report(join(path, field), 'is missing')
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}
