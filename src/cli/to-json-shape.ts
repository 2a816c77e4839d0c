/** Reports for `--json`: ids as people write them, bytes in hexadecimal. */

import {toHex} from '../base/bytes.js'
import {type Principal, principalToText} from '../protocol/principal.js'

/** Fields that hold a principal, or a list of them, in reports on canisters. */
const PRINCIPAL_FIELDS = new Set(['id', 'controllers', 'allowedViewers'])

export function toJsonShape(value: unknown, field = ''): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map((item) => toJsonShape(item, field))
  if (typeof value === 'string' && PRINCIPAL_FIELDS.has(field)) return principalToText(value as Principal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJsonShape(item, key)]))
}
