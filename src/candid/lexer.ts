/**
 * Words of Candid texts, of interfaces (.did) and of values alike.
 *
 * Source: Candid specification, "Core grammar" and "Textual format". Comments nest.
 */

import {decodeUtf8, encodeUtf8} from '../base/bytes.js'
import {CandidError, type CandidErrorCode} from './errors.js'
import {Writer} from './writer.js'

export type Token = {
  /** Where it begins in the text. */
  readonly offset: number
} & (
  | {readonly kind: 'name' | 'symbol'; readonly text: string}
  /** A string literal; `bytes` after its escapes. */
  | {readonly kind: 'text'; readonly bytes: Uint8Array}
  /** Digits without sign and underscores, `0x…` if hexadecimal. */
  | {readonly kind: 'integer'; readonly text: string}
  | {readonly kind: 'float'; readonly text: string}
  | {readonly kind: 'end'}
)

const SPACE = /[ \t\r\n\f\v\u00a0\ufeff]+/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const HEX = /0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*/y
const NUMBER =
  /(?:[0-9]+(?:_[0-9]+)*)(\.(?:[0-9]+(?:_[0-9]+)*)?)?([eE][+-]?[0-9]+(?:_[0-9]+)*)?|(\.[0-9]+(?:_[0-9]+)*)([eE][+-]?[0-9]+(?:_[0-9]+)*)?/y
const SYMBOL = /->|[(){};:,=.+-]/y

/** Reads a text token by token, one ahead. Throws CandidError 'CANDID_SYNTAX' with line and column. */
export class Lexer {
  token: Token
  private position = 0

  constructor(readonly source: string) {
    this.token = this.scan()
  }

  /** The current token; moves on to the next one. */
  next(): Token {
    const token = this.token
    this.token = this.scan()
    return token
  }

  /** Whether the token after the current one is this symbol. */
  isFollowedBy(symbol: string): boolean {
    const {position} = this
    const following = this.scan()
    this.position = position
    return following.kind === 'symbol' && following.text === symbol
  }

  isSymbol(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text
  }

  isName(text: string): boolean {
    return this.token.kind === 'name' && this.token.text === text
  }

  /** Moves on if the current token is this symbol. */
  accept(symbol: string): boolean {
    const found = this.isSymbol(symbol)
    if (found) this.next()
    return found
  }

  /** Moves on if the current token is this word. */
  acceptName(name: string): boolean {
    const found = this.isName(name)
    if (found) this.next()
    return found
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected(`'${symbol}'`)
  }

  /** The text of a string literal. */
  expectText(what: string): string {
    const token = this.token
    if (token.kind !== 'text') throw this.unexpected(what)
    this.next()
    return this.textOf(token)
  }

  textOf(token: Extract<Token, {kind: 'text'}>): string {
    const text = decodeUtf8(token.bytes)
    if (text === undefined) throw this.errorAt(token.offset, 'the text is not valid UTF-8')
    return text
  }

  /** An identifier or a string literal. */
  expectName(what: string): string {
    if (this.token.kind === 'text') return this.expectText(what)
    if (this.token.kind !== 'name') throw this.unexpected(what)
    const {text} = this.token
    this.next()
    return text
  }

  expectEnd(): void {
    if (this.token.kind !== 'end') throw this.unexpected('the end of the text')
  }

  unexpected(expected: string): CandidError {
    return this.errorAt(this.token.offset, `expected ${expected}, got ${describeToken(this.token, this.source)}`)
  }

  errorAt(offset: number, problem: string, code: CandidErrorCode = 'CANDID_SYNTAX'): CandidError {
    return new CandidError(code, problem).at(...positionOf(this.source, offset))
  }

  /** Gives the errors of the action their place in the text. */
  locate<T>(offset: number, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw error instanceof CandidError ? error.at(...positionOf(this.source, offset)) : error
    }
  }

  private scan(): Token {
    this.skipSpace()
    const offset = this.position
    if (offset >= this.source.length) return {kind: 'end', offset}
    if (this.source[offset] === '"') return {kind: 'text', offset, bytes: this.scanText()}
    const name = this.match(NAME)
    if (name) return {kind: 'name', offset, text: name[0]}
    const hex = this.match(HEX)
    if (hex) return {kind: 'integer', offset, text: this.endOfNumber(hex[0])}
    const number = this.match(NUMBER)
    if (number) {
      const isFloat = number.slice(1).some((part) => part !== undefined)
      return {kind: isFloat ? 'float' : 'integer', offset, text: this.endOfNumber(number[0])}
    }
    const symbol = this.match(SYMBOL)
    if (symbol) return {kind: 'symbol', offset, text: symbol[0]}
    throw this.errorAt(offset, `unexpected character '${String.fromCodePoint(this.source.codePointAt(offset)!)}'`)
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position
    const match = pattern.exec(this.source) ?? undefined
    if (match) this.position += match[0].length
    return match
  }

  /** A number ends before something that could not continue a word: `12ab` is a mistake. */
  private endOfNumber(text: string): string {
    if (/[A-Za-z0-9_]/.test(this.source[this.position] ?? ''))
      throw this.errorAt(this.position, `unexpected '${this.source[this.position]}' in a number`)
    return text.replaceAll('_', '')
  }

  private skipSpace(): void {
    for (;;) {
      this.match(SPACE)
      if (this.source.startsWith('//', this.position)) {
        const end = this.source.indexOf('\n', this.position)
        this.position = end < 0 ? this.source.length : end
      } else if (this.source.startsWith('/*', this.position)) this.skipComment()
      else return
    }
  }

  private skipComment(): void {
    const start = this.position
    const marks = /\/\*|\*\//g
    marks.lastIndex = start
    for (let depth = 0; ; ) {
      const mark = marks.exec(this.source)
      if (!mark) throw this.errorAt(start, 'the comment does not end')
      depth += mark[0] === '/*' ? 1 : -1
      if (depth > 0) continue
      this.position = marks.lastIndex
      return
    }
  }

  private scanText(): Uint8Array {
    const start = this.position++
    const content = new Writer()
    for (;;) {
      const run = this.match(PLAIN_TEXT)![0]
      if (run) content.raw(encodeUtf8(run))
      if (this.position >= this.source.length) throw this.errorAt(start, 'the text does not end')
      if (this.source[this.position++] === '"') return content.finish()
      this.scanEscape(content)
    }
  }

  private scanEscape(content: Writer): void {
    const start = this.position - 1
    const byte = this.match(HEX_BYTE)
    const unicode = byte ? undefined : this.match(CODE_POINT)
    if (byte) content.byte(Number.parseInt(byte[0], 16))
    else if (unicode) content.raw(this.codePoint(start, unicode[1]!.replaceAll('_', '')))
    else {
      const code = ESCAPES[this.source[this.position] ?? '']
      if (code === undefined) throw this.errorAt(start, 'unknown escape in a text')
      this.position++
      content.byte(code)
    }
  }

  private codePoint(start: number, digits: string): Uint8Array {
    const code = Number.parseInt(digits, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw this.errorAt(start, `\\u{${digits}} is not a Unicode character`)
    return encodeUtf8(String.fromCodePoint(code))
  }
}

const PLAIN_TEXT = /[^"\\]*/y
const HEX_BYTE = /[0-9a-fA-F]{2}/y
const CODE_POINT = /u\{([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)\}/y

const ESCAPES: Record<string, number> = {n: 10, r: 13, t: 9, '\\': 92, '"': 34, "'": 39, '0': 0}

/** Line and column, counted from 1. */
function positionOf(source: string, offset: number): [number, number] {
  const before = source.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return [before.split('\n').length, offset - lineStart + 1]
}

function describeToken(token: Token, source: string): string {
  if (token.kind === 'end') return 'the end of the text'
  if (token.kind === 'text') return 'a text'
  if (token.kind === 'integer' || token.kind === 'float') return `the number ${source.slice(token.offset).match(/^[0-9a-zA-Z_.]*/)![0]}`
  return `'${token.text}'`
}
