/** Names in Rust: types in CamelCase, fields and methods in snake_case. */

import type {CandidField} from '../types.js'
import {ASYNC, AWAIT} from './words.js'

const RESERVED = new Set([
  ASYNC,
  AWAIT,
  ...(
    'as break const continue dyn else enum extern false fn for gen if impl in let loop match mod move mut pub ref return static struct ' +
    'trait true type unsafe use where while abstract become box do final macro override priv try typeof unsized virtual yield'
  ).split(' '),
])

/** Words that cannot be raw identifiers either. */
const NEVER_RAW = new Set(['self', 'Self', 'super', 'crate', '_'])

export function rustTypeName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean)
  const camel = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
  if (camel === '') return 'Unnamed'
  return /^[0-9]/.test(camel) || NEVER_RAW.has(camel) ? `T${camel}` : camel
}

export function rustMethodName(name: string): string {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .toLowerCase()
  return escapeWord(/^[0-9]/.test(snake) || snake === '' ? `_${snake}` : snake)
}

/** The field's name in Rust, and the attribute that tells the one in Candid where they differ. */
export function rustFieldName({name, id}: CandidField): {readonly label: string; readonly rename: string} {
  if (name === undefined) return {label: `_${id}_`, rename: ''}
  const label = rustMethodName(name)
  return {label, rename: label.replace(/^r#/, '') === name ? '' : `  #[serde(rename = ${JSON.stringify(name)})]\n`}
}

function escapeWord(word: string): string {
  if (NEVER_RAW.has(word)) return `${word}_`
  return RESERVED.has(word) ? `r#${word}` : word
}
