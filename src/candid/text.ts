/**
 * Candid text values to plain values.
 *
 * With types, the values are checked against them and take their names; without, types are inferred (see `infer.ts`). As in the reference,
 * trailing optional arguments and optional fields may be left out, and fields the type does not have are ignored.
 * Source: Candid specification, "Textual format".
 */

import {isOptional} from './encode.js'
import {CandidError} from './errors.js'
import {inferType} from './infer.js'
import {INTEGERS, isBigKind, isIntegerKind} from './integers.js'
import {Lexer} from './lexer.js'
import {ValueParser} from './parse-value.js'
import {printType} from './print-type.js'
import {isSubtype} from './subtype.js'
import {
  type CandidType,
  type CandidValue,
  EMPTY_ENV,
  type FieldsType,
  fieldKey,
  isBlob,
  type ResolvedType,
  resolveType,
  type TypeEnv,
} from './types.js'
import type {FieldNode, ValueNode} from './value-node.js'

export interface ParsedArgs {
  readonly types: readonly CandidType[]
  readonly values: readonly CandidValue[]
}

/** Throws CandidError with line, column and the path to the value that is wrong: `1:19: argument 1, field "owner": expected principal, got text`. */
export function parseArgs(text: string, types?: readonly CandidType[], env: TypeEnv = EMPTY_ENV): ParsedArgs {
  const lexer = new Lexer(text)
  return checkArgs(lexer, new ValueParser(lexer, env).args(), types, env)
}

/**
 * The argument of a call as it is typed: `(…)`, or for a method of one argument the bare value, or for a text the words themselves.
 *
 * Source: dfx 0.32.0, `canister call`.
 */
export function parseCallArgument(text: string, types: readonly CandidType[], env: TypeEnv = EMPTY_ENV): ParsedArgs {
  const [type] = types
  if (type === undefined || types.length > 1 || text.trimStart().startsWith('(')) return parseArgs(text, types, env)
  try {
    const lexer = new Lexer(text)
    return checkArgs(lexer, [new ValueParser(lexer, env).single()], types, env)
  } catch (error) {
    if (!(error instanceof CandidError) || resolveType(type, env).kind !== 'text') throw error
    return {types, values: [text]}
  }
}

function checkArgs(lexer: Lexer, nodes: readonly ValueNode[], types: readonly CandidType[] | undefined, env: TypeEnv): ParsedArgs {
  const wanted = types ?? nodes.map((node) => lexer.locate(node.offset, () => inferType(node)))
  if (nodes.length > wanted.length) {
    const {offset} = nodes[wanted.length]!
    throw lexer.errorAt(offset, `expected ${wanted.length} arguments, got ${nodes.length}`, 'CANDID_VALUE')
  }
  const checker = new Checker(lexer, env)
  const values = wanted.map((type, index) => {
    const node = nodes[index]
    return checker.inside(`argument ${index + 1}`, () => (node ? checker.value(node, type) : checker.omitted(type, lexer.source.length)))
  })
  return {types: wanted, values}
}

class Checker {
  constructor(
    private readonly lexer: Lexer,
    private readonly env: TypeEnv,
  ) {}

  value(node: ValueNode, type: CandidType): CandidValue {
    const expected = resolveType(type, this.env)
    if (node.kind === 'annotated') return this.annotated(node, expected)
    switch (expected.kind) {
      case 'reserved':
        return null
      case 'opt':
        if (node.kind === 'null') return []
        if (node.kind === 'opt') return [this.value(node.inner, expected.inner)]
        break
      case 'vec':
        if (node.kind === 'vec') return this.vec(node.items, expected.inner)
        if (node.kind === 'blob' && isBlob(expected, this.env)) return node.value
        break
      case 'record':
        if (node.kind === 'record') return this.record(node, expected)
        break
      case 'variant':
        if (node.kind === 'variant') return this.variant(node.field, expected)
        break
      case 'func':
        if (node.kind === 'func') return {principal: node.principal, method: node.method}
        break
      case 'null':
        if (node.kind === 'null') return null
        break
      case 'float32':
      case 'float64':
        if (node.kind === 'float' || node.kind === 'integer')
          return expected.kind === 'float32' ? Math.fround(Number(node.value)) : Number(node.value)
        break
      case 'bool':
      case 'text':
      case 'principal':
      case 'service':
        if (node.kind === expected.kind) return node.value
        break
      default:
        if (node.kind === 'integer') return this.integer(node.offset, node.value, expected)
    }
    throw this.mismatch(node, type)
  }

  /** A value with a type of its own must have it, and that type must do for the expected one. */
  private annotated(node: Extract<ValueNode, {kind: 'annotated'}>, expected: ResolvedType): CandidValue {
    this.value(node.inner, node.type)
    const own = resolveType(node.type, this.env)
    const isNarrowed = own.kind === 'float64' && expected.kind === 'float32'
    if (!isNarrowed && !isSubtype({type: node.type, env: this.env}, {type: expected, env: this.env})) throw this.mismatch(node, expected)
    return this.value(node.inner, expected)
  }

  private integer(offset: number, value: bigint, {kind}: ResolvedType): number | bigint {
    if (!isIntegerKind(kind)) throw this.error(offset, `expected ${kind}, got number ${value}`)
    const {min, max} = INTEGERS[kind]
    if (value < min || (max !== undefined && value > max)) throw this.error(offset, `${value} is out of range for ${kind}`)
    return isBigKind(kind) ? value : Number(value)
  }

  private vec(items: readonly ValueNode[], inner: CandidType): CandidValue {
    const values = items.map((item, index) => this.inside(`element ${index}`, () => this.value(item, inner)))
    return resolveType(inner, this.env).kind === 'nat8' ? Uint8Array.from(values as number[]) : values
  }

  private record(node: Extract<ValueNode, {kind: 'record'}>, expected: FieldsType): CandidValue {
    const given = new Map(node.fields.map((field) => [field.id, field.value]))
    const entries = expected.fields.map((field): [string, CandidValue] => {
      const value = given.get(field.id)
      const read = () => (value ? this.value(value, field.type) : this.omitted(field.type, node.offset))
      return [fieldKey(field), this.inside(`field "${fieldKey(field)}"`, read)]
    })
    return Object.fromEntries(entries)
  }

  private variant(given: FieldNode, {fields}: FieldsType): CandidValue {
    const tag = fields.find((field) => field.id === given.id)
    if (tag) return Object.fromEntries([[fieldKey(tag), this.inside(`tag "${fieldKey(tag)}"`, () => this.value(given.value, tag.type))]])
    const known = fields.map((field) => `"${fieldKey(field)}"`).join(', ')
    throw this.error(given.value.offset, `variant has no tag "${given.name ?? given.id}"; it has ${known}`)
  }

  /** The value of an argument or field that the text does not have. */
  omitted(type: CandidType, offset: number): CandidValue {
    if (!isOptional(type, this.env)) throw this.error(offset, `a value of type ${printType(type)} is missing`)
    return resolveType(type, this.env).kind === 'opt' ? [] : null
  }

  inside<T>(step: string, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw error instanceof CandidError ? error.within(step) : error
    }
  }

  private mismatch(node: ValueNode, expected: CandidType): CandidError {
    return this.error(node.offset, `expected ${printType(expected)}, got ${describeNode(node)}`)
  }

  private error(offset: number, problem: string): CandidError {
    return this.lexer.errorAt(offset, problem, 'CANDID_VALUE')
  }
}

function describeNode(node: ValueNode): string {
  if (node.kind === 'integer') return `number ${node.value}`
  return node.kind === 'annotated' ? printType(node.type) : node.kind
}
