/**
 * The grammar of values: `(1, "text" : text, record { a = opt 2; vec { blob "\00" } })`.
 *
 * Source: Candid specification, "Textual format"; what the reference prints is read too (`inf`, `NaN`, `true` as a field name).
 */

import {findPrincipal, type Principal} from '../protocol/principal.js'
import type {Lexer, Token} from './lexer.js'
import {fieldId, TypeParser} from './parse-type.js'
import {fieldHash, type TypeEnv} from './types.js'
import type {FieldNode, ValueNode} from './value-node.js'

const MAX_DEPTH = 500

export class ValueParser {
  private readonly types: TypeParser
  private depth = 0

  constructor(
    private readonly lexer: Lexer,
    private readonly env: TypeEnv,
  ) {
    this.types = new TypeParser(lexer)
  }

  /** The whole text: `(value, …)`. */
  args(): ValueNode[] {
    const values: ValueNode[] = []
    this.lexer.expect('(')
    while (!this.lexer.isSymbol(')')) {
      values.push(this.annotated())
      if (!this.lexer.accept(',')) break
    }
    this.lexer.expect(')')
    this.finish()
    return values
  }

  /** The whole text: one value without parentheses. */
  single(): ValueNode {
    const value = this.annotated()
    this.finish()
    return value
  }

  private finish(): void {
    this.lexer.expectEnd()
    this.types.check(this.env)
  }

  /** `value` or `value : type`. */
  private annotated(): ValueNode {
    const {offset} = this.lexer.token
    const inner = this.value()
    return this.lexer.accept(':') ? {kind: 'annotated', offset, inner, type: this.types.type()} : inner
  }

  private value(): ValueNode {
    const {token} = this.lexer
    if (++this.depth > MAX_DEPTH)
      throw this.lexer.errorAt(token.offset, `a value is nested deeper than ${MAX_DEPTH} levels`, 'CANDID_LIMIT')
    const value = this.valueAt(token)
    this.depth--
    return value
  }

  private valueAt(token: Token): ValueNode {
    const {offset} = token
    if (token.kind === 'integer' || token.kind === 'float') return this.number(offset, '')
    if (token.kind === 'text') {
      this.lexer.next()
      return {kind: 'text', offset, value: this.lexer.textOf(token)}
    }
    if (token.kind === 'symbol' && (token.text === '+' || token.text === '-')) {
      this.lexer.next()
      return this.number(offset, token.text)
    }
    if (this.lexer.accept('(')) {
      const inner = this.annotated()
      this.lexer.expect(')')
      return inner
    }
    if (token.kind !== 'name') throw this.lexer.unexpected('a value')
    this.lexer.next()
    return this.word(token.text, offset)
  }

  private word(word: string, offset: number): ValueNode {
    switch (word) {
      case 'true':
      case 'false':
        return {kind: 'bool', offset, value: word === 'true'}
      case 'null':
        return {kind: 'null', offset}
      case 'inf':
        return {kind: 'float', offset, value: Number.POSITIVE_INFINITY}
      case 'NaN':
        return {kind: 'float', offset, value: Number.NaN}
      case 'opt':
        return {kind: 'opt', offset, inner: this.value()}
      case 'blob':
        return {kind: 'blob', offset, value: this.bytes()}
      case 'principal':
      case 'service':
        return {kind: word, offset, value: this.principal()}
      case 'func':
        return this.func(offset)
      case 'vec':
        return {kind: 'vec', offset, items: this.list(() => this.annotated())}
      case 'record':
        return this.record(offset)
      case 'variant':
        return this.variant(offset)
      default:
        throw this.lexer.errorAt(offset, `expected a value, got '${word}'`)
    }
  }

  private number(offset: number, sign: string): ValueNode {
    const {token} = this.lexer
    if (token.kind === 'name' && token.text === 'inf') {
      this.lexer.next()
      return {kind: 'float', offset, value: sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY}
    }
    if (token.kind !== 'integer' && token.kind !== 'float') throw this.lexer.unexpected('a number')
    this.lexer.next()
    if (token.kind === 'float') return {kind: 'float', offset, value: Number(sign + token.text)}
    const value = BigInt(token.text)
    return {kind: 'integer', offset, value: sign === '-' ? -value : value}
  }

  private bytes(): Uint8Array {
    const {token} = this.lexer
    if (token.kind !== 'text') throw this.lexer.unexpected('the bytes of the blob in quotes')
    this.lexer.next()
    return token.bytes
  }

  private principal(): Principal {
    const {offset} = this.lexer.token
    const text = this.lexer.expectText('a principal in quotes')
    const principal = findPrincipal(text)
    if (principal === undefined) throw this.lexer.errorAt(offset, `'${text}' is not a principal`, 'CANDID_VALUE')
    return principal
  }

  private func(offset: number): ValueNode {
    const principal = this.principal()
    this.lexer.expect('.')
    return {kind: 'func', offset, principal, method: this.lexer.expectName('a method name')}
  }

  private record(offset: number): ValueNode {
    const seen = new Map<number, FieldNode>()
    let position = 0
    this.list(() => {
      const start = this.lexer.token.offset
      const field = this.isLabelled() ? this.labelled() : {id: position, value: this.annotated()}
      if (seen.has(field.id)) throw this.lexer.errorAt(start, `field '${field.name ?? field.id}' is given twice`, 'CANDID_VALUE')
      seen.set(field.id, field)
      position = field.id + 1
      return field
    })
    return {kind: 'record', offset, fields: [...seen.values()].sort((a, b) => a.id - b.id)}
  }

  private isLabelled(): boolean {
    const {kind} = this.lexer.token
    return (kind === 'name' || kind === 'text' || kind === 'integer') && this.lexer.isFollowedBy('=')
  }

  private labelled(): FieldNode {
    const label = this.label()
    this.lexer.expect('=')
    return {...label, value: this.annotated()}
  }

  private label(): Omit<FieldNode, 'value'> {
    const {token} = this.lexer
    if (token.kind !== 'integer') {
      const name = this.lexer.expectName('a field name')
      return {id: fieldHash(name), name}
    }
    this.lexer.next()
    return {id: fieldId(this.lexer, token.text, token.offset)}
  }

  /** `variant { tag }` or `variant { tag = value }`. */
  private variant(offset: number): ValueNode {
    this.lexer.expect('{')
    const start = this.lexer.token.offset
    const field = this.isLabelled() ? this.labelled() : {...this.label(), value: {kind: 'null', offset: start} as const}
    this.lexer.accept(';')
    this.lexer.expect('}')
    return {kind: 'variant', offset, field}
  }

  /** `{ item; item; … }` */
  private list<T>(item: () => T): T[] {
    const items: T[] = []
    this.lexer.expect('{')
    while (!this.lexer.isSymbol('}')) {
      items.push(item())
      if (!this.lexer.accept(';')) break
    }
    this.lexer.expect('}')
    return items
  }
}
