/** Reads the primitives of the binary format; every read is checked and throws `WasmFormatError`. */

import {decodeUtf8} from '../base/bytes.js'
import {WasmFormatError} from './errors.js'

export class WasmReader {
  constructor(
    readonly bytes: Uint8Array,
    public offset = 0,
    public end = bytes.length,
  ) {}

  /** Goes on at another range of the same bytes. */
  seek(start: number, end: number): void {
    this.offset = start
    this.end = end
  }

  get atEnd(): boolean {
    return this.offset >= this.end
  }

  fail(message: string): never {
    throw new WasmFormatError(message, this.offset)
  }

  byte(): number {
    if (this.offset >= this.end) this.fail('unexpected end')
    return this.bytes[this.offset++]!
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.byte()
      if (shift === 28 && byte > 0x0f) this.fail('number is longer than 32 bits')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.fail('number is longer than 32 bits')
  }

  /** Unsigned LEB128 of at most 64 bits; above 2^53 the number is only nearly exact. */
  u64(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte()
      if (shift === 63 && byte > 1) this.fail('number is longer than 64 bits')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.fail('number is longer than 64 bits')
  }

  /** Signed LEB128 of at most 33 bits. */
  s33(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return byte & 0x40 ? value - 2 ** (shift + 7) : value
    }
    return this.fail('number is longer than 33 bits')
  }

  /** Signed LEB128 of at most 64 bits, as an unsigned number of 64 bits. */
  s64AsUnsigned(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, byte & 0x40 ? value - (1n << (shift + 7n)) : value)
    }
    return this.fail('number is longer than 64 bits')
  }

  /** Passes over a LEB128 number of at most `maxBytes` bytes. */
  skipLeb(maxBytes: number): void {
    for (let count = 0; count < maxBytes; count++) if (this.byte() < 0x80) return
    this.fail(`number is longer than ${maxBytes} bytes`)
  }

  skip(count: number): void {
    if (count > this.end - this.offset) this.fail('unexpected end')
    this.offset += count
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    const start = this.offset
    this.skip(count)
    return this.bytes.subarray(start, start + count)
  }

  name(): string {
    const text = decodeUtf8(this.take(this.u32()))
    return text ?? this.fail('name is not UTF-8')
  }

  /** A vector: a count of at most `maximum`, then `read` that many times. */
  vector<T>(read: (index: number) => T, maximum: number): T[] {
    const count = this.u32()
    if (count > maximum) this.fail(`vector of ${count} is longer than ${maximum}`)
    if (count > this.end - this.offset) this.fail('vector is longer than its section')
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(read(index))
    return items
  }
}
