/** Typed reading of the fields of a CBOR map that a client sent. */

import {asArray, asBytes, asMap, asNat, asText, type CborMap, type CborValue} from './cbor.js'

const UINT64_LIMIT = 1n << 64n

/** CBOR of the right syntax, but not of the right shape. */
export class ShapeError extends Error {}

/** Every reader throws ShapeError; null counts as absent where a field is optional. */
export class Fields {
  readonly #map: CborMap

  constructor(map: CborMap) {
    this.#map = map
  }

  bytes(name: string): Uint8Array {
    return this.#need(name, this.findBytes(name))
  }

  text(name: string): string {
    return this.#need(name, this.findText(name))
  }

  array(name: string): readonly CborValue[] {
    return this.#need(name, this.findArray(name))
  }

  map(name: string): CborMap {
    return this.#need(name, this.findMap(name))
  }

  nat64(name: string): bigint {
    return this.#need(name, this.#find(name, expectNat64))
  }

  findBytes(name: string): Uint8Array | undefined {
    return this.#find(name, expectBytes)
  }

  findText(name: string): string | undefined {
    return this.#find(name, expectText)
  }

  findArray(name: string): readonly CborValue[] | undefined {
    return this.#find(name, expectArray)
  }

  findMap(name: string): CborMap | undefined {
    return this.#find(name, expectMap)
  }

  #find<T>(name: string, expect: (value: CborValue, name: string) => T): T | undefined {
    const value = this.#map.get(name)
    return value === undefined || value === null ? undefined : expect(value, name)
  }

  #need<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new ShapeError(`missing field \`${name}\``)
    return value
  }
}

export const expectBytes = (value: CborValue, name: string): Uint8Array => asBytes(value) ?? wrongType(name, 'a byte string')
export const expectNat64 = (value: CborValue, name: string): bigint => {
  const nat = asNat(value)
  return nat !== undefined && nat < UINT64_LIMIT ? nat : wrongType(name, 'u64')
}
export const expectText = (value: CborValue, name: string): string => asText(value) ?? wrongType(name, 'a text string')
export const expectArray = (value: CborValue, name: string): readonly CborValue[] => asArray(value) ?? wrongType(name, 'an array')
export const expectMap = (value: CborValue, name: string): CborMap => asMap(value) ?? wrongType(name, 'a map')

function wrongType(name: string, expected: string): never {
  throw new ShapeError(`invalid type of \`${name}\`, expected ${expected}`)
}
