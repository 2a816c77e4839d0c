/**
 * CBOR, as far as the Internet Computer uses it: integers (bignums too), byte and text strings, arrays, maps with text or integer
 * keys, tags, simple values, floats. This file has the items and the decoder; `cbor-encode.ts` writes them.
 *
 * Source: RFC 8949; IC interface specification, "Request ids and CBOR".
 */

import {decodeUtf8} from '../base/bytes.js'
import {CborError} from './errors.js'

export type CborKey = string | number | bigint
export type CborMap = ReadonlyMap<CborKey, CborValue>

/** A decoded item. Integers are numbers when safe and bigints beyond; byte strings are views into the input. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | CborTagged
  | CborFloat

/** What can be written: a decoded item, or plain objects, whose undefined fields are left out. */
export type CborInput =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborInput[]
  | ReadonlyMap<CborKey, CborInput>
  | CborTagged<CborInput>
  | CborFloat
  | {readonly [key: string]: CborInput | undefined}

export class CborTagged<T = CborValue> {
  constructor(
    readonly tag: number,
    readonly value: T,
  ) {}
}

/** Kept apart from numbers, so that `1.0` is not mistaken for an integer. */
export class CborFloat {
  constructor(readonly value: number) {}
}

/** "Self-described CBOR": `d9 d9 f7`, skipped on reading. */
export const SELF_DESCRIBE_TAG = 55799
export const BIGNUM_TAG = 2
export const NEGATIVE_BIGNUM_TAG = 3

const MAX_DEPTH = 1024

export function tagged(tag: number, value: CborInput): CborTagged<CborInput> {
  return new CborTagged(tag, value)
}

/** Decodes exactly one item. Throws CborError; nesting beyond `maxDepth` is refused. */
export function decodeCbor(bytes: Uint8Array, maxDepth = MAX_DEPTH): CborValue {
  const decoder = new Decoder(bytes, maxDepth)
  const value = decoder.readItem(0)
  if (decoder.offset !== bytes.length) throw new CborError('CBOR_TRAILING', 'trailing data', decoder.offset)
  return value
}

/** The natural number, or undefined when the item is something else. */
export function asNat(value: CborValue): bigint | undefined {
  if (typeof value === 'number') return value >= 0 ? BigInt(value) : undefined
  return typeof value === 'bigint' && value >= 0n ? value : undefined
}

export function asMap(value: CborValue): CborMap | undefined {
  return value instanceof Map ? (value as CborMap) : undefined
}

export function asArray(value: CborValue): readonly CborValue[] | undefined {
  return Array.isArray(value) ? (value as readonly CborValue[]) : undefined
}

export function asBytes(value: CborValue): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined
}

export function asText(value: CborValue): string | undefined {
  return typeof value === 'string' ? value : undefined
}

const INDEFINITE = -1
const BREAK = 0xff

class Decoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #maxDepth: number
  offset = 0

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maxDepth = maxDepth
  }

  readItem(depth: number): CborValue {
    if (depth > this.#maxDepth) throw new CborError('CBOR_DEPTH', `nesting deeper than ${this.#maxDepth}`, this.offset)
    const start = this.offset
    const initial = this.#readByte()
    const info = initial & 31
    switch (initial >> 5) {
      case 0:
        return this.#readArgument(info)
      case 1:
        return negate(this.#readArgument(info))
      case 2:
        return info === 31 ? this.#readChunks(2) : this.#take(this.#readLength(info))
      case 3:
        return info === 31 ? this.#decodeText(this.#readChunks(3), start) : this.#readText(this.#readLength(info), start)
      case 4:
        return this.#readArray(info === 31 ? INDEFINITE : this.#readLength(info), depth)
      case 5:
        return this.#readMap(info === 31 ? INDEFINITE : this.#readLength(info), depth)
      case 6:
        return this.#readTagged(Number(this.#readArgument(info)), depth)
      default:
        return this.#readSimple(info, start)
    }
  }

  #readByte(): number {
    if (this.offset >= this.#bytes.length) throw new CborError('CBOR_TRUNCATED', 'unexpected end of input', this.offset)
    return this.#bytes[this.offset++]!
  }

  #skip(count: number): number {
    const start = this.offset
    if (count > this.#bytes.length - start) throw new CborError('CBOR_TRUNCATED', 'unexpected end of input', this.#bytes.length)
    this.offset = start + count
    return start
  }

  #take(count: number): Uint8Array {
    const start = this.#skip(count)
    return this.#bytes.subarray(start, this.offset)
  }

  #readArgument(info: number): number | bigint {
    if (info < 24) return info
    switch (info) {
      case 24:
        return this.#readByte()
      case 25:
        return this.#view.getUint16(this.#skip(2))
      case 26:
        return this.#view.getUint32(this.#skip(4))
      case 27: {
        const at = this.#skip(8)
        const high = this.#view.getUint32(at)
        return high < 0x20_0000 ? high * 0x1_0000_0000 + this.#view.getUint32(at + 4) : this.#view.getBigUint64(at)
      }
      default:
        throw new CborError('CBOR_UNSUPPORTED', `reserved length ${info}`, this.offset - 1)
    }
  }

  /** A count of bytes or items; each takes at least one byte of what is left. */
  #readLength(info: number): number {
    const length = this.#readArgument(info)
    if (typeof length === 'bigint' || length > this.#bytes.length - this.offset)
      throw new CborError('CBOR_TRUNCATED', 'unexpected end of input', this.#bytes.length)
    return length
  }

  #readText(length: number, start: number): string {
    const at = this.#skip(length)
    if (length > 64) return this.#decodeText(this.#bytes.subarray(at, at + length), start)
    let text = ''
    for (let i = at; i < at + length; i++) {
      const byte = this.#bytes[i]!
      if (byte > 127) return this.#decodeText(this.#bytes.subarray(at, at + length), start)
      text += String.fromCharCode(byte)
    }
    return text
  }

  #decodeText(bytes: Uint8Array, start: number): string {
    const text = decodeUtf8(bytes)
    if (text === undefined) throw new CborError('CBOR_UTF8', 'text is not UTF-8', start)
    return text
  }

  #readChunks(major: number): Uint8Array {
    const chunks: Uint8Array[] = []
    let length = 0
    for (let initial = this.#readByte(); initial !== BREAK; initial = this.#readByte()) {
      if (initial >> 5 !== major || (initial & 31) === 31) throw new CborError('CBOR_UNSUPPORTED', 'wrong kind of chunk', this.offset - 1)
      const chunk = this.#take(this.#readLength(initial & 31))
      chunks.push(chunk)
      length += chunk.length
    }
    const joined = new Uint8Array(length)
    let offset = 0
    for (const chunk of chunks) {
      joined.set(chunk, offset)
      offset += chunk.length
    }
    return joined
  }

  /** True, past the byte, when an indefinite length ends here. */
  #isBreak(): boolean {
    if (this.#bytes[this.offset] !== BREAK) return false
    this.offset++
    return true
  }

  #readArray(length: number, depth: number): CborValue[] {
    const items: CborValue[] = []
    if (length === INDEFINITE) while (!this.#isBreak()) items.push(this.readItem(depth + 1))
    else for (let i = 0; i < length; i++) items.push(this.readItem(depth + 1))
    return items
  }

  #readMap(length: number, depth: number): CborMap {
    const map = new Map<CborKey, CborValue>()
    for (let i = 0; length === INDEFINITE ? !this.#isBreak() : i < length; i++) {
      const start = this.offset
      const key = this.readItem(depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint')
        throw new CborError('CBOR_UNSUPPORTED', 'map key is neither text nor integer', start)
      if (map.has(key)) throw new CborError('CBOR_DUPLICATE_KEY', `duplicate key '${String(key).slice(0, 80)}'`, start)
      map.set(key, this.readItem(depth + 1))
    }
    return map
  }

  #readTagged(tag: number, depth: number): CborValue {
    const start = this.offset
    const value = this.readItem(depth + 1)
    if (tag === SELF_DESCRIBE_TAG) return value
    if (tag !== BIGNUM_TAG && tag !== NEGATIVE_BIGNUM_TAG) return new CborTagged(tag, value)
    if (!(value instanceof Uint8Array)) throw new CborError('CBOR_UNSUPPORTED', 'bignum is not a byte string', start)
    const magnitude = toInteger(value)
    return tag === BIGNUM_TAG ? magnitude : negate(magnitude)
  }

  #readSimple(info: number, start: number): CborValue {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 23:
        return undefined
      case 25:
        return new CborFloat(decodeHalf(this.#view.getUint16(this.#skip(2))))
      case 26:
        return new CborFloat(this.#view.getFloat32(this.#skip(4)))
      case 27:
        return new CborFloat(this.#view.getFloat64(this.#skip(8)))
      default:
        throw new CborError('CBOR_UNSUPPORTED', info === 31 ? 'unexpected break' : `unknown simple value ${info}`, start)
    }
  }
}

/** -1 - n, CBOR's negative integers. */
function negate(argument: number | bigint): number | bigint {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument
  return -1n - BigInt(argument)
}

function toInteger(bytes: Uint8Array): number | bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  const value = BigInt(hex)
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
