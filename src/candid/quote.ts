/** Names and texts as they are written in Candid. */

/** Words that cannot stand as a plain name. */
const KEYWORDS = new Set([
  'import',
  'service',
  'func',
  'type',
  'opt',
  'vec',
  'record',
  'variant',
  'blob',
  'principal',
  'nat',
  'nat8',
  'nat16',
  'nat32',
  'nat64',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'bool',
  'text',
  'null',
  'reserved',
  'empty',
  'oneway',
  'query',
  'composite_query',
])

export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word)
}

/** A name, in quotes unless it is an identifier and no keyword. */
export function quoteName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name) ? name : quoteText(name)
}

/** A text in double quotes; what cannot be seen is written by its number. */
export function quoteText(text: string): string {
  return `"${text.replace(ESCAPED, (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`)}"`
}

const ESCAPED = /["\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Grapheme_Extend}]|(?! )\p{Zs}/gu

const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}
