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

/** The same in a type, where `true` and `false` need quotes too. */
export function quoteNameInType(name: string): string {
  return name === 'true' || name === 'false' ? `"${name}"` : quoteName(name)
}

/** A text in double quotes; what cannot be seen is written by its number. */
export function quoteText(text: string): string {
  const escaped = text.replace(INVISIBLE, escapeCharacter).replaceAll("'", "\\'")
  // A combining mark at the beginning would combine with the quote.
  return `"${escaped.replace(/^\p{Grapheme_Extend}/u, escapeCharacter)}"`
}

/** The same in the reference's other style: quotes `'` not at all, combining marks everywhere. */
export function quoteTextCompact(text: string): string {
  return `"${text.replace(INVISIBLE, escapeCharacter).replace(/\p{Grapheme_Extend}/gu, escapeCharacter)}"`
}

const INVISIBLE = /["\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

function escapeCharacter(character: string): string {
  return SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`
}

const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}
