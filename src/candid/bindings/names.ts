/** Names of fields and types in JavaScript and TypeScript. */

import type {CandidField} from '../types.js'
import {AWAIT} from './words.js'

const RESERVED = new Set([
  AWAIT,
  ...(
    'abstract arguments boolean break byte case catch char class const continue debugger default delete do double else enum eval export ' +
    'extends false final finally float for function goto if implements import in instanceof int interface let long native new null package ' +
    'private protected public return short static super switch synchronized this throw throws transient true try typeof var void volatile while ' +
    'with yield'
  ).split(' '),
])

/** A type name that JavaScript accepts. */
export function scriptName(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name
}

/** `'name'`, with what a script cannot have in quotes escaped. */
export function scriptQuote(name: string): string {
  const escaped = name
    .replace(/['\\]/g, '\\$&')
    .replace(/[\n\r\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `'${escaped}'`
}

/** The key of a field: `'name'` or `_ID_`. */
export function scriptKey({name, id}: CandidField): string {
  return name === undefined ? `_${id}_` : scriptQuote(name)
}
