/**
 * Whether a value of one type may be read as another, and if not, why.
 *
 * The rules are those of the Candid specification, "Subtyping"; recursive types are compared coinductively: a pair that is being compared
 * is taken to hold. The sentences are the reference's.
 */

import {compareText} from './compare-text.js'
import {CandidError} from './errors.js'
import {isIntegerKind} from './integers.js'
import {groupDigits, printType} from './print-type.js'
import {
  type CandidField,
  type CandidInterface,
  type CandidType,
  type FieldsType,
  type FuncType,
  type ResolvedType,
  resolveType,
  type ServiceType,
  type TypeEnv,
} from './types.js'

/** A type and the definitions it is to be understood by. */
export interface TypeIn {
  readonly type: CandidType
  readonly env: TypeEnv
}

/** undefined when `actual <: expected`, else the reasons, outermost first. */
export function explainNotSubtype(actual: TypeIn, expected: TypeIn): readonly string[] | undefined {
  return new Comparison(false).compare(actual, expected)
}

export function isSubtype(actual: TypeIn, expected: TypeIn): boolean {
  return explainNotSubtype(actual, expected) === undefined
}

/**
 * Whether a service may be upgraded from `before` to `after`: every method of `before` still there, with a type that old callers can use.
 * With `isStrict`, an `opt` that would silently read as null is a difference too. undefined, or the reasons, outermost first.
 */
export function explainIncompatible(
  after: CandidInterface,
  before: CandidInterface,
  {isStrict = false} = {},
): readonly string[] | undefined {
  const actual: TypeIn = {type: serviceOf(after), env: after.types}
  const expected: TypeIn = {type: serviceOf(before), env: before.types}
  return new Comparison(isStrict).compare(actual, expected)
}

function serviceOf(candid: CandidInterface): ServiceType {
  return {kind: 'service', methods: candid.service?.methods ?? []}
}

/** Comparisons of one pair of types; more mean a type made to waste time. */
const MAX_STEPS = 100_000
const MAX_DEPTH = 500

class Comparison {
  private readonly assumed = new Map<CandidType, Set<CandidType>>()
  private steps = 0
  private depth = 0

  constructor(private readonly isStrict: boolean) {}

  compare(actual: TypeIn, expected: TypeIn): readonly string[] | undefined {
    if (++this.steps > MAX_STEPS || this.depth > MAX_DEPTH) throw new CandidError('CANDID_LIMIT', 'the types are too large to compare')
    if (actual.type === expected.type && actual.env === expected.env) return undefined
    if (actual.type.kind !== 'var' && expected.type.kind !== 'var') return this.deeper(() => this.compareResolved(actual, expected))
    const assumed = this.assumed.get(actual.type) ?? new Set()
    if (assumed.has(expected.type)) return undefined
    this.assumed.set(actual.type, assumed.add(expected.type))
    const reasons = this.deeper(() => this.compareResolved(resolve(actual), resolve(expected)))
    if (reasons) assumed.delete(expected.type)
    return reasons
  }

  private deeper(compare: () => readonly string[] | undefined): readonly string[] | undefined {
    this.depth++
    const reasons = compare()
    this.depth--
    return reasons
  }

  private compareResolved(actual: TypeIn, expected: TypeIn): readonly string[] | undefined {
    const from = actual.type as ResolvedType
    const to = expected.type as ResolvedType
    if (to.kind === 'reserved' || from.kind === 'empty') return undefined
    if (from.kind === 'nat' && to.kind === 'int') return undefined
    if (to.kind === 'opt') return this.compareToOpt(actual, {type: to.inner, env: expected.env}, expected)
    if (from.kind === 'vec' && to.kind === 'vec') return this.compare({...actual, type: from.inner}, {...expected, type: to.inner})
    if (from.kind === 'record' && to.kind === 'record') return this.compareRecords(from, actual.env, to, expected.env)
    if (from.kind === 'variant' && to.kind === 'variant') return this.compareVariants(from, actual.env, to, expected.env)
    if (from.kind === 'func' && to.kind === 'func') return this.compareFuncs(from, actual.env, to, expected.env)
    if (from.kind === 'service' && to.kind === 'service') return this.compareServices(from, actual.env, to, expected.env)
    return from.kind === to.kind && isPlain(from) ? undefined : [notSubtype(actual, expected)]
  }

  private compareToOpt(actual: TypeIn, inner: TypeIn, expected: TypeIn): readonly string[] | undefined {
    const from = actual.type as ResolvedType
    if (!this.isStrict || from.kind === 'null') return undefined
    if (from.kind === 'opt' && !this.compare({...actual, type: from.inner}, inner)) return undefined
    const innerKind = resolve(inner).type.kind
    const isNullable = innerKind === 'null' || innerKind === 'reserved' || innerKind === 'opt'
    if (!isNullable && !this.compare(actual, inner)) return undefined
    const sentence = `${printType(actual.type)} <: ${printType(expected.type)} due to special subtyping rules involving optional types!`
    return [sentence]
  }

  private compareRecords(from: FieldsType, fromEnv: TypeEnv, to: FieldsType, toEnv: TypeEnv): readonly string[] | undefined {
    const given = new Map(from.fields.map((field) => [field.id, field.type]))
    for (const field of to.fields) {
      const label = labelOf(field)
      const type = given.get(field.id)
      const expected: TypeIn = {type: field.type, env: toEnv}
      if (type) {
        const reasons = this.compare({type, env: fromEnv}, expected)
        if (reasons) return [`Record field ${label}: ${printType(type)} is not a subtype of ${printType(field.type)}`, ...reasons]
      } else if (!isOmittable(expected))
        return [`Record field ${label}: ${printType(field.type)} is only in the expected type and is not of type opt, null or reserved`]
    }
    return undefined
  }

  private compareVariants(from: FieldsType, fromEnv: TypeEnv, to: FieldsType, toEnv: TypeEnv): readonly string[] | undefined {
    const wanted = new Map(to.fields.map((field) => [field.id, field.type]))
    for (const field of from.fields) {
      const label = labelOf(field)
      const type = wanted.get(field.id)
      if (!type) return [`Variant field ${label} not found in the expected type`]
      const reasons = this.compare({type: field.type, env: fromEnv}, {type, env: toEnv})
      if (reasons) return [`Variant field ${label}: ${printType(field.type)} is not a subtype of ${printType(type)}`, ...reasons]
    }
    return undefined
  }

  private compareFuncs(from: FuncType, fromEnv: TypeEnv, to: FuncType, toEnv: TypeEnv): readonly string[] | undefined {
    if ([...from.modes].sort().join() !== [...to.modes].sort().join()) return ['Function mode mismatch']
    const input = this.compareLists(to.args, toEnv, from.args, fromEnv)
    if (input) return ['Subtype fails at function input type', ...input]
    const output = this.compareLists(from.results, fromEnv, to.results, toEnv)
    return output && ['Subtype fails at function return type', ...output]
  }

  /** As records with the fields 0, 1, 2, … */
  private compareLists(from: readonly CandidType[], fromEnv: TypeEnv, to: readonly CandidType[], toEnv: TypeEnv) {
    const asRecord = (types: readonly CandidType[]): FieldsType => ({kind: 'record', fields: types.map((type, id) => ({id, type}))})
    return this.compareRecords(asRecord(from), fromEnv, asRecord(to), toEnv)
  }

  private compareServices(from: ServiceType, fromEnv: TypeEnv, to: ServiceType, toEnv: TypeEnv): readonly string[] | undefined {
    const given = new Map(from.methods.map((method) => [method.name, method.type]))
    for (const method of [...to.methods].sort((a, b) => compareText(a.name, b.name))) {
      const type = given.get(method.name)
      if (!type) return [`Method ${method.name} is only in the expected type`]
      const reasons = this.compare({type, env: fromEnv}, {type: method.type, env: toEnv})
      if (reasons) return [`Method ${method.name}: ${printType(type)} is not a subtype of ${printType(method.type)}`, ...reasons]
    }
    return undefined
  }
}

function resolve({type, env}: TypeIn): TypeIn {
  return {type: resolveType(type, env), env}
}

/** Names as they are, numbers with underscores. */
function labelOf({name, id}: CandidField): string {
  return name ?? groupDigits(String(id))
}

function isPlain({kind}: ResolvedType): boolean {
  return isIntegerKind(kind) || ['null', 'bool', 'float32', 'float64', 'text', 'principal'].includes(kind)
}

function isOmittable(expected: TypeIn): boolean {
  return ['opt', 'null', 'reserved'].includes(resolve(expected).type.kind)
}

function notSubtype(actual: TypeIn, expected: TypeIn): string {
  return `${printType(actual.type)} is not a subtype of ${printType(expected.type)}`
}
