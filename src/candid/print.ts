/**
 * Values as Candid text, exactly as the reference prints them.
 *
 * `printArgs` breaks long values over lines of 80 columns; from ten levels on, and for vectors of more than ten elements, it goes on in the
 * compact form, as the reference does. `printArgsCompact` never breaks.
 * One thing is not copied: in its compact form the reference forgets the quotes of a tag without a value (`variant { a b }`), which nobody
 * can read back.
 * Source: output of @dfinity/didc 0.0.4, which the tests compare with.
 */

import type {Principal} from '../protocol/principal.js'
import {principalToText} from '../protocol/principal.js'
import {type Doc, enclose, encloseSpaced, layOut, separate} from './doc.js'
import {formatFloat} from './format-float.js'
import {fieldLabel, groupDigits, WIDTH} from './print-type.js'
import {quoteName, quoteText, quoteTextCompact} from './quote.js'
import {
  type CandidField,
  type CandidType,
  type CandidValue,
  EMPTY_ENV,
  type FieldsType,
  type FuncReference,
  fieldKey,
  isBlob,
  type ResolvedType,
  resolveType,
  type TypeEnv,
} from './types.js'

/** `(1_337 : nat, "text")`, the `pp` output of dfx. */
export function printArgs(types: readonly CandidType[], values: readonly CandidValue[], env: TypeEnv = EMPTY_ENV): string {
  const printer = new Printer(env)
  const parts = types.map((type, index) => printer.pretty(type, values[index]!, PRETTY_DEPTH))
  return layOut(enclose('(', separate(parts, ','), ')'), WIDTH)
}

/** The `idl` output of dfx: no line breaks. */
export function printArgsCompact(types: readonly CandidType[], values: readonly CandidValue[], env: TypeEnv = EMPTY_ENV): string {
  const printer = new Printer(env)
  return `(${types.map((type, index) => printer.compact(type, values[index]!)).join(', ')})`
}

const PRETTY_DEPTH = 10
const PRETTY_ELEMENTS = 10

class Printer {
  constructor(private readonly env: TypeEnv) {}

  pretty(type: CandidType, value: CandidValue, depth: number): Doc {
    if (depth === 0) return this.compact(type, value)
    const resolved = resolveType(type, this.env)
    switch (resolved.kind) {
      case 'text':
        return quoteText(value as string)
      case 'opt':
        return this.prettyOpt(resolved.inner, value as readonly CandidValue[], depth)
      case 'vec':
        if (isBlob(resolved, this.env) || (value as readonly CandidValue[]).length > PRETTY_ELEMENTS) return this.compact(resolved, value)
        return ['vec ', braces((value as readonly CandidValue[]).map((each) => this.pretty(resolved.inner, each, depth - 1)))]
      case 'record':
        return ['record ', this.prettyFields(resolved, value, depth)]
      case 'variant': {
        const {field, inner} = pickTag(resolved, value)
        return ['variant ', braces([this.isNull(field.type) ? fieldLabel(field) : this.prettyField(field, inner, depth)], false)]
      }
      default:
        return this.plain(resolved, value)
    }
  }

  private prettyOpt(inner: CandidType, value: readonly CandidValue[], depth: number): Doc {
    if (value.length === 0) return 'null'
    const content = this.pretty(inner, value[0]!, depth - 1)
    return ['opt ', this.isAnnotated(inner) ? enclose('(', content, ')') : content]
  }

  private prettyFields({fields}: FieldsType, value: CandidValue, depth: number): Doc {
    const isPositional = fields.every((field, index) => field.id === index)
    const parts = fields.map((field) => {
      const inner = fieldOf(value, field)
      return isPositional ? this.pretty(field.type, inner, depth - 1) : this.prettyField(field, inner, depth)
    })
    return braces(parts)
  }

  private prettyField(field: CandidField, value: CandidValue, depth: number): Doc {
    return [fieldLabel(field), ' = ', this.pretty(field.type, value, depth - 1)]
  }

  compact(type: CandidType, value: CandidValue): string {
    const resolved = resolveType(type, this.env)
    switch (resolved.kind) {
      case 'text':
        return quoteTextCompact(value as string)
      case 'opt':
        return this.compactOpt(resolved.inner, value as readonly CandidValue[])
      case 'vec':
        if (isBlob(resolved, this.env)) return printBlob(value as Uint8Array)
        return compactBraces(
          'vec',
          (value as readonly CandidValue[]).map((each) => this.compact(resolved.inner, each)),
        )
      case 'record':
        return compactBraces(
          'record',
          resolved.fields.map((field, index) => this.compactField(field, fieldOf(value, field), index)),
        )
      case 'variant': {
        const {field, inner} = pickTag(resolved, value)
        return `variant { ${this.isNull(field.type) ? fieldLabel(field) : this.compactField(field, inner)} }`
      }
      default:
        return this.plain(resolved, value)
    }
  }

  private compactOpt(inner: CandidType, value: readonly CandidValue[]): string {
    if (value.length === 0) return 'null'
    const content = this.compact(inner, value[0]!)
    return this.isAnnotated(inner) ? `opt (${content})` : `opt ${content}`
  }

  private compactField(field: CandidField, value: CandidValue, position?: number): string {
    const content = this.compact(field.type, value)
    return field.id === position ? content : `${fieldLabel(field)} = ${content}`
  }

  private plain({kind}: ResolvedType, value: CandidValue): string {
    switch (kind) {
      case 'bool':
        return String(value)
      case 'null':
      case 'reserved':
        return `null : ${kind}`
      case 'float32':
      case 'float64':
        return `${formatFloat(value as number, kind)} : ${kind}`
      case 'principal':
      case 'service':
        return `${kind} "${principalToText(value as Principal)}"`
      case 'func': {
        const {principal, method} = value as unknown as FuncReference
        return `func "${principalToText(principal)}".${quoteName(method)}`
      }
      default:
        return `${groupDigits(String(value))} : ${kind}`
    }
  }

  /** Values that carry their type stand in parentheses after `opt`. */
  private isAnnotated(type: CandidType): boolean {
    return /^(nat|int|float|null|reserved)/.test(resolveType(type, this.env).kind)
  }

  private isNull(type: CandidType): boolean {
    return resolveType(type, this.env).kind === 'null'
  }
}

function braces(parts: readonly Doc[], hasSeparators = true): Doc {
  return encloseSpaced('{', hasSeparators ? separate(parts, ';') : parts, '}')
}

function compactBraces(word: string, parts: readonly string[]): string {
  return `${word} {${parts.map((part) => ` ${part};`).join('')}}`
}

function fieldOf(value: CandidValue, field: CandidField): CandidValue {
  return (value as Record<string, CandidValue>)[fieldKey(field)]!
}

function pickTag({fields}: FieldsType, value: CandidValue): {readonly field: CandidField; readonly inner: CandidValue} {
  const [key, inner] = Object.entries(value as Record<string, CandidValue>)[0]!
  return {field: fields.find((field) => fieldKey(field) === key)!, inner}
}

/** Text if all of it is ASCII, else every byte by its number. */
function printBlob(bytes: Uint8Array): string {
  const isText = bytes.every((byte) => (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d)
  const content = Array.from(bytes, (byte) =>
    isText && isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`,
  )
  return `blob "${content.join('')}"`
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e && !NOT_PLAIN.includes(byte)
}

/** Double quote, single quote, backslash, backtick. */
const NOT_PLAIN = [0x22, 0x27, 0x5c, 0x60]
