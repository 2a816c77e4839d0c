/** Reading of CBOR whose shape is known. Each throws RangeError for an item of another type; the decoders of this room catch it. */

import {asArray, asBytes, asNat, asText, type CborValue} from '../../protocol/cbor.js'

export function itemsAt(value: CborValue): readonly CborValue[] {
  return asArray(value) ?? wrongType('an array')
}

export function bytesAt(value: CborValue): Uint8Array {
  return asBytes(value) ?? wrongType('a byte string')
}

export function natAt(value: CborValue): bigint {
  return asNat(value) ?? wrongType('a natural number')
}

export function numberAt(value: CborValue): number {
  return typeof value === 'number' && value >= 0 ? value : wrongType('a small natural number')
}

export function textAt(value: CborValue): string {
  return asText(value) ?? wrongType('a text')
}

function wrongType(expected: string): never {
  throw new RangeError(`expected ${expected}`)
}
