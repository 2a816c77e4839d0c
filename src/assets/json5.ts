/** JSON5: JSON with comments, trailing commas, single quotes, bare keys and more ways to write numbers. Source: JSON5 specification 1.0. */

import {AssetConfigInvalid} from './errors.js'

export type Json5 = null | boolean | number | string | readonly Json5[] | {readonly [key: string]: Json5}

/** Throws AssetConfigInvalid with line and column. */
export function parseJson5(text: string, file: string): Json5 {
  const parser = new Parser(text.replace(/^\uFEFF/, ''), file)
  const value = parser.value()
  parser.end()
  return value
}

const SPACE = /(?:[\s\uFEFF]|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/)*/y
const NUMBER = /[+-]?(?:Infinity|NaN|0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$])/y
const IDENTIFIER = /[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$\u200c\u200d]*/uy
const LITERALS: Readonly<Record<string, Json5>> = {true: true, false: false, null: null}
const ESCAPES: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0'}
/** Deeper values are refused before they exhaust the stack. */
const MAX_DEPTH = 200

class Parser {
  #at = 0
  #depth = 0

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  value(): Json5 {
    this.#match(SPACE)
    const character = this.text[this.#at]
    if (character === '{') return this.#nested(() => this.#object())
    if (character === '[') return this.#nested(() => this.#array())
    if (character === '"' || character === "'") return this.#string(character)
    const number = this.#match(NUMBER)
    if (number !== undefined) return toNumber(number)
    const word = this.#match(IDENTIFIER)
    if (word !== undefined && Object.hasOwn(LITERALS, word)) return LITERALS[word]!
    throw this.#fault('expected a value')
  }

  end(): void {
    this.#match(SPACE)
    if (this.#at < this.text.length) throw this.#fault('expected the end of the file')
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#fault('values are nested too deeply')
    const value = read()
    this.#depth--
    return value
  }

  #object(): Json5 {
    const entries: [string, Json5][] = []
    this.#list('}', () => {
      const key = this.#key()
      this.#expect(':')
      entries.push([key, this.value()])
    })
    return Object.fromEntries(entries)
  }

  #array(): Json5 {
    const items: Json5[] = []
    this.#list(']', () => items.push(this.value()))
    return items
  }

  /** Items between commas; a comma may follow the last one. */
  #list(close: string, readItem: () => void): void {
    this.#at++
    for (;;) {
      this.#match(SPACE)
      if (this.text[this.#at] === close) break
      readItem()
      this.#match(SPACE)
      if (this.text[this.#at] === close) break
      this.#expect(',')
    }
    this.#at++
  }

  #key(): string {
    const character = this.text[this.#at]
    if (character === '"' || character === "'") return this.#string(character)
    const word = this.#match(IDENTIFIER)
    if (word === undefined) throw this.#fault('expected a key')
    return word
  }

  #string(quote: string): string {
    let value = ''
    for (this.#at++; ; this.#at++) {
      const character = this.text[this.#at]
      if (character === undefined || character === '\n' || character === '\r') throw this.#fault('the string does not end')
      if (character === quote) break
      value += character === '\\' ? this.#escape() : character
    }
    this.#at++
    return value
  }

  /** What follows a backslash; leaves the position at its last character. */
  #escape(): string {
    const character = this.text[++this.#at] ?? ''
    if (character === '\r' && this.text[this.#at + 1] === '\n') this.#at++
    if (/[\n\r\u2028\u2029]/.test(character)) return ''
    const digits = character === 'x' ? 2 : character === 'u' ? 4 : 0
    if (digits === 0) return ESCAPES[character] ?? character
    const code = this.text.slice(this.#at + 1, this.#at + 1 + digits)
    if (code.length < digits || /[^\da-fA-F]/.test(code)) throw this.#fault('the escape is not followed by hexadecimal digits')
    this.#at += digits
    return String.fromCharCode(Number.parseInt(code, 16))
  }

  #expect(character: string): void {
    this.#match(SPACE)
    if (this.text[this.#at] !== character) throw this.#fault(`expected '${character}'`)
    this.#at++
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #fault(problem: string): AssetConfigInvalid {
    const before = this.text.slice(0, this.#at).split(/\r\n|[\n\r]/)
    return new AssetConfigInvalid(this.file, `${problem} at line ${before.length}, column ${before.at(-1)!.length + 1}`)
  }
}

function toNumber(text: string): number {
  const isNegative = text.startsWith('-')
  const magnitude = Number(text.replace(/^[+-]/, ''))
  return isNegative ? -magnitude : magnitude
}
