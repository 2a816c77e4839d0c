/** Words for values in error messages. */

import type {Principal} from '../protocol/principal.js'

/** What a value is, in a word or two. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint' || typeof value === 'number') return `number ${value}`
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'text'
  if (value instanceof Uint8Array) return 'blob'
  if (Array.isArray(value)) return 'vec'
  return typeof value === 'object' ? 'record' : typeof value
}

/** Whether the value is a Principal: lower-case hexadecimal of at most 29 bytes. */
export function isPrincipalValue(value: unknown): value is Principal {
  return typeof value === 'string' && value.length <= 58 && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value)
}
