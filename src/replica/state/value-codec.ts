/**
 * Plain values as bytes, and back: the same value always gives the same bytes.
 *
 * Layout: one tag byte, then: integer: LEB128 · float: 8 bytes, little endian · bigint: LEB128 of the magnitude · text, bytes: length in
 * LEB128 and the bytes · array: count, items · object: count, key and value by ascending key · map: count, key and value in its own order.
 */

import {decodeUtf8, encodeUtf8} from '../../base/bytes.js'
import {invariant} from '../../base/invariant.js'
import {type Cursor, Leb128Error, readLeb128} from '../../base/leb128.js'
import {StateDamaged} from './errors.js'

export type PlainValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PlainValue[]
  | ReadonlyMap<PlainValue, PlainValue>
  | {readonly [key: string]: PlainValue}

const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  float: 5,
  natural: 6,
  negative: 7,
  text: 8,
  bytes: 9,
  array: 10,
  object: 11,
  map: 12,
} as const

export function encodeValue(value: unknown): Uint8Array {
  const writer = new Writer()
  writer.write(value as PlainValue)
  return writer.finish()
}

/** `encodeValue` of a map, in pieces of so many entries: what has to be done at once stays short. */
export function* encodeMapInPieces(keys: readonly unknown[], values: readonly unknown[], entriesPerPiece: number): Generator<Uint8Array> {
  let writer = new Writer()
  writer.writeMapHead(keys.length)
  for (const [index, key] of keys.entries()) {
    writer.write(key as PlainValue)
    writer.write(values[index] as PlainValue)
    if (index % entriesPerPiece !== entriesPerPiece - 1) continue
    yield writer.finish()
    writer = new Writer()
  }
  yield writer.finish()
}

/** Throws StateDamaged for anything that `encodeValue` does not write. */
export function decodeValue(bytes: Uint8Array): PlainValue {
  const reader = new Reader(bytes)
  try {
    const value = reader.read()
    if (reader.cursor.offset === bytes.length) return value
  } catch (cause) {
    throw cause instanceof Leb128Error ? new StateDamaged('a number is malformed') : cause
  }
  throw new StateDamaged('bytes are left over')
}

/** Characters up to which a loop is faster than the encoder: 64 are the ids of messages. */
const MAX_SHORT_TEXT = 64

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false
  return true
}

class Writer {
  #bytes = new Uint8Array(1024)
  #length = 0

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  writeMapHead(count: number): void {
    this.#tag(TAG.map)
    this.#writeCount(count)
  }

  write(value: PlainValue): void {
    if (value === undefined) this.#tag(TAG.undefined)
    else if (value === null) this.#tag(TAG.null)
    else if (typeof value === 'boolean') this.#tag(value ? TAG.true : TAG.false)
    else if (typeof value === 'number') this.#writeNumber(value)
    else if (typeof value === 'bigint') this.#writeBigint(value)
    else if (typeof value === 'string') this.#writeText(value)
    else if (value instanceof Uint8Array) this.#writeBytes(TAG.bytes, value)
    else if (Array.isArray(value)) this.#writeArray(value)
    else if (value instanceof Map) this.#writeMap(value)
    else this.#writeObject(value as {readonly [key: string]: PlainValue})
  }

  #writeNumber(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
      this.#tag(TAG.integer)
      this.#writeCount(value)
      return
    }
    this.#tag(TAG.float)
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length - 8, value, true)
  }

  #writeBigint(value: bigint): void {
    this.#tag(value < 0n ? TAG.negative : TAG.natural)
    let rest = value < 0n ? -value : value
    for (; rest > 0x7fn; rest >>= 7n) this.#tag(Number(rest & 0x7fn) | 0x80)
    this.#tag(Number(rest))
  }

  #writeArray(items: readonly PlainValue[]): void {
    this.#tag(TAG.array)
    this.#writeCount(items.length)
    for (const item of items) this.write(item)
  }

  #writeObject(object: {readonly [key: string]: PlainValue}): void {
    invariant(Object.getPrototypeOf(object) === Object.prototype, 'only plain objects are encoded')
    const keys = Object.keys(object).sort()
    this.#tag(TAG.object)
    this.#writeCount(keys.length)
    for (const key of keys) {
      this.#writeText(key)
      this.write(object[key])
    }
  }

  #writeMap(map: ReadonlyMap<PlainValue, PlainValue>): void {
    this.#tag(TAG.map)
    this.#writeCount(map.size)
    for (const [key, value] of map) {
      this.write(key)
      this.write(value)
    }
  }

  /** Field names and ids are short and ASCII: written without a byte array of their own. */
  #writeText(text: string): void {
    const {length} = text
    if (length > MAX_SHORT_TEXT || !isAscii(text)) return this.#writeBytes(TAG.text, encodeUtf8(text))
    this.#tag(TAG.text)
    this.#writeCount(length)
    this.#reserve(length)
    for (let index = 0, at = this.#length - length; index < length; index++, at++) this.#bytes[at] = text.charCodeAt(index)
  }

  #writeBytes(tag: number, bytes: Uint8Array): void {
    this.#tag(tag)
    this.#writeCount(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length - bytes.length)
  }

  #writeCount(count: number): void {
    let rest = count
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#tag((rest % 128) | 0x80)
    this.#tag(rest)
  }

  #tag(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length - 1] = byte
  }

  #reserve(count: number): void {
    this.#length += count
    if (this.#length <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

class Reader {
  readonly cursor: Cursor

  constructor(bytes: Uint8Array) {
    this.cursor = {bytes, offset: 0}
  }

  read(): PlainValue {
    const tag = this.#take(1)[0]
    switch (tag) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.false:
      case TAG.true:
        return tag === TAG.true
      case TAG.integer:
        return this.#count()
      case TAG.float:
        return new DataView(this.#take(8).slice().buffer).getFloat64(0, true)
      case TAG.natural:
        return readLeb128(this.cursor)
      case TAG.negative:
        return -readLeb128(this.cursor)
      case TAG.text:
        return this.#text()
      case TAG.bytes:
        return this.#take(this.#count()).slice()
      case TAG.array:
        return Array.from({length: this.#count()}, () => this.read())
      case TAG.object:
        return Object.fromEntries(this.#pairs() as [string, PlainValue][])
      case TAG.map:
        return new Map(this.#pairs())
      default:
        throw new StateDamaged(`tag ${tag} is unknown`)
    }
  }

  #pairs(): [PlainValue, PlainValue][] {
    return Array.from({length: this.#count()}, () => [this.read(), this.read()])
  }

  #text(): string {
    const text = decodeUtf8(this.#take(this.#count()))
    if (text === undefined) throw new StateDamaged('a text is not UTF-8')
    return text
  }

  #count(): number {
    return Number(readLeb128(this.cursor, 8))
  }

  #take(count: number): Uint8Array {
    const {bytes, offset} = this.cursor
    if (offset + count > bytes.length) throw new StateDamaged(`it is cut short at byte ${bytes.length}`)
    this.cursor.offset += count
    return bytes.subarray(offset, offset + count)
  }
}
