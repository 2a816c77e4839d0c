/**
 * The grammar of types, used by interfaces and by annotations of values.
 *
 * Source: Candid specification, "Core grammar".
 */

import {compareText} from './compare-text.js'
import type {Lexer} from './lexer.js'
import {isKeyword} from './quote.js'
import {
  type CandidField,
  type CandidMethod,
  type CandidType,
  type FuncMode,
  type FuncType,
  fieldsType,
  namedField,
  PRIMITIVE_KINDS,
  type PrimitiveKind,
  resolveType,
  type TypeEnv,
} from './types.js'

const PRIMITIVES: ReadonlySet<string> = new Set(PRIMITIVE_KINDS)
const MODES: ReadonlySet<string> = new Set<FuncMode>(['query', 'oneway', 'composite_query'])
const MAX_DEPTH = 500

export class TypeParser {
  private depth = 0

  /** Names of types, where they were used and whether as the type of a method. */
  private readonly uses: {readonly name: string; readonly offset: number; readonly isMethod: boolean}[] = []

  constructor(private readonly lexer: Lexer) {}

  /** Throws CandidError 'CANDID_TYPE' if a name that was used has no meaning, or not that of a function where one is needed. */
  check(env: TypeEnv): void {
    for (const {name, offset, isMethod} of this.uses) {
      const {kind} = this.lexer.locate(offset, () => resolveType({kind: 'var', name}, env))
      if (isMethod && kind !== 'func') throw this.lexer.errorAt(offset, `expected a function type, got ${kind}`, 'CANDID_TYPE')
    }
  }

  type(): CandidType {
    const {token} = this.lexer
    if (token.kind !== 'name') throw this.lexer.unexpected('a type')
    if (++this.depth > MAX_DEPTH) throw this.lexer.errorAt(token.offset, `a type is nested deeper than ${MAX_DEPTH} levels`, 'CANDID_LIMIT')
    this.lexer.next()
    const type = this.typeAfter(token.text, token.offset)
    this.depth--
    return type
  }

  private typeAfter(word: string, offset: number): CandidType {
    if (PRIMITIVES.has(word)) return {kind: word as PrimitiveKind}
    if (word === 'blob') return {kind: 'vec', inner: {kind: 'nat8'}}
    if (word === 'opt' || word === 'vec') return {kind: word, inner: this.type()}
    if (word === 'record' || word === 'variant') return this.fields(word)
    if (word === 'func') return this.func()
    if (word === 'service') return {kind: 'service', methods: this.methods()}
    if (isKeyword(word)) throw this.lexer.errorAt(offset, `expected a type, got '${word}'`)
    this.uses.push({name: word, offset, isMethod: false})
    return {kind: 'var', name: word}
  }

  /** `(name : type, type, …)` */
  types(): CandidType[] {
    const types: CandidType[] = []
    this.lexer.expect('(')
    while (!this.lexer.isSymbol(')')) {
      types.push(this.argument())
      if (!this.lexer.accept(',')) break
    }
    this.lexer.expect(')')
    return types
  }

  /** A type, or one with a name that has no meaning of its own. */
  private argument(): CandidType {
    const {token} = this.lexer
    if (token.kind === 'text') {
      this.lexer.next()
      this.lexer.expect(':')
      return this.type()
    }
    if (token.kind !== 'name') throw this.lexer.unexpected('a type')
    this.lexer.next()
    return this.lexer.accept(':') ? this.type() : this.typeAfter(token.text, token.offset)
  }

  func(): FuncType {
    const args = this.types()
    this.lexer.expect('->')
    const results = this.types()
    const modes: FuncMode[] = []
    while (this.lexer.token.kind === 'name' && MODES.has(this.lexer.token.text)) modes.push((this.lexer.next() as {text: FuncMode}).text)
    return {kind: 'func', args, results, modes}
  }

  methods(): CandidMethod[] {
    const methods = new Map<string, CandidMethod>()
    this.list(() => {
      const {offset} = this.lexer.token
      const name = this.lexer.expectName('a method name')
      this.lexer.expect(':')
      if (methods.has(name)) throw this.lexer.errorAt(offset, `method '${name}' is defined twice`, 'CANDID_TYPE')
      methods.set(name, {name, type: this.lexer.isSymbol('(') ? this.func() : this.methodName()})
    })
    return [...methods.values()].sort((a, b) => compareText(a.name, b.name))
  }

  private methodName(): CandidType {
    const {offset} = this.lexer.token
    const type = this.type()
    if (type.kind === 'var') this.uses.push({name: type.name, offset, isMethod: true})
    else if (type.kind !== 'func') throw this.lexer.errorAt(offset, `expected a function type, got ${type.kind}`, 'CANDID_TYPE')
    return type
  }

  private fields(kind: 'record' | 'variant'): CandidType {
    const {offset} = this.lexer.token
    const fields: CandidField[] = []
    let position = 0
    this.list(() => {
      const field = this.field(kind, position)
      position = field.id + 1
      fields.push(field)
    })
    return this.lexer.locate(offset, () => fieldsType(kind, fields))
  }

  private field(kind: 'record' | 'variant', position: number): CandidField {
    const {token} = this.lexer
    if (token.kind === 'integer') {
      const id = fieldId(this.lexer, token.text, token.offset)
      this.lexer.next()
      return {id, type: this.fieldType(kind)}
    }
    if (token.kind === 'text') return namedField(this.lexer.expectText('a field name'), this.fieldType(kind))
    if (token.kind !== 'name') throw this.lexer.unexpected('a field')
    this.lexer.next()
    if (this.lexer.isSymbol(':')) return namedField(token.text, this.fieldType(kind))
    if (kind === 'variant') return namedField(token.text, {kind: 'null'})
    if (position > 0xffff_ffff) throw this.lexer.errorAt(token.offset, 'the field id is larger than 2^32 - 1')
    return {id: position, type: this.typeAfter(token.text, token.offset)}
  }

  /** `: type`; in a variant nothing means null. */
  private fieldType(kind: 'record' | 'variant'): CandidType {
    if (kind === 'variant' && !this.lexer.isSymbol(':')) return {kind: 'null'}
    this.lexer.expect(':')
    return this.type()
  }

  /** `{ item; item; … }` */
  private list(item: () => void): void {
    this.lexer.expect('{')
    while (!this.lexer.isSymbol('}')) {
      item()
      if (!this.lexer.accept(';')) break
    }
    this.lexer.expect('}')
  }
}

/** A number that stands for a field name. */
export function fieldId(lexer: Lexer, digits: string, offset: number): number {
  const id = Number(digits)
  if (id > 0xffff_ffff) throw lexer.errorAt(offset, `the field id ${digits} is larger than 2^32 - 1`)
  return id
}
