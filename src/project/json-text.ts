/** JSON with the place of a syntax error: line and column, which `JSON.parse` does not always tell. */
import {JsonSyntaxError} from './errors.js'

/** Parses JSON. Throws JsonSyntaxError with line and column, both from 1. */
export function parseJson(text: string, file: string): unknown {
  const source = text.replace(/^\uFEFF/, '')
  try {
    return JSON.parse(source)
  } catch {
    const {offset, problem} = findFault(source)
    const before = source.slice(0, offset).split('\n')
    throw new JsonSyntaxError(file, problem, before.length, before.at(-1)!.length + 1)
  }
}

class Fault {
  constructor(
    readonly offset: number,
    readonly problem: string,
  ) {}
}

/** Reads again, slowly, to find the first place where the text cannot be JSON. */
function findFault(text: string): Fault {
  try {
    const end = skipSpace(text, readValue(text, skipSpace(text, 0)))
    return new Fault(end, 'expected the end of the file')
  } catch (fault) {
    if (fault instanceof Fault) return fault
    throw fault
  }
}

const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters inside strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y

/** Each reader gives the offset after what it read. */
function readValue(text: string, at: number): number {
  if (text[at] === '{') return readList(text, at, '}', readMember)
  if (text[at] === '[') return readList(text, at, ']', readValue)
  return readPattern(text, at, text[at] === '"' ? STRING : LITERAL, text[at] === '"' ? 'a string that ends on its line' : 'value')
}

function readMember(text: string, at: number): number {
  const colon = skipSpace(text, readPattern(text, at, STRING, 'a name in double quotes'))
  if (text[colon] !== ':') throw new Fault(colon, 'expected `:`')
  return readValue(text, skipSpace(text, colon + 1))
}

function readList(text: string, at: number, end: string, readItem: (text: string, at: number) => number): number {
  let next = skipSpace(text, at + 1)
  if (text[next] === end) return next + 1
  for (;;) {
    next = skipSpace(text, readItem(text, next))
    if (text[next] === end) return next + 1
    if (text[next] !== ',') throw new Fault(next, `expected \`,\` or \`${end}\``)
    const comma = next
    next = skipSpace(text, next + 1)
    if (text[next] === end) throw new Fault(comma, 'trailing comma')
  }
}

function readPattern(text: string, at: number, pattern: RegExp, expected: string): number {
  pattern.lastIndex = at
  if (!pattern.test(text)) throw new Fault(at, at >= text.length ? 'unexpected end of the file' : `expected ${expected}`)
  return pattern.lastIndex
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++
  return at
}
