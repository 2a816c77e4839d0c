/** Writes CBOR: definite lengths, shortest integers, map keys in the order given. Source: RFC 8949. */

import {encodeUtf8, fromHex} from '../base/bytes.js'
import {BIGNUM_TAG, CborFloat, type CborInput, type CborKey, CborTagged, NEGATIVE_BIGNUM_TAG} from './cbor.js'

/** Encodes an item in its shortest form. Throws RangeError for a number that is not a safe integer (use bigint or CborFloat). */
export function encodeCbor(value: CborInput): Uint8Array {
  const encoder = new Encoder()
  encoder.write(value)
  return encoder.finish()
}

const UINT64_LIMIT = 1n << 64n

class Encoder {
  #bytes = new Uint8Array(512)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  write(value: CborInput): void {
    if (typeof value === 'string') this.#writeText(value)
    else if (typeof value === 'number') this.#writeNumber(value)
    else if (typeof value === 'bigint') this.#writeBigint(value)
    else if (typeof value === 'boolean') this.#writeByte(value ? 0xf5 : 0xf4)
    else if (value === null) this.#writeByte(0xf6)
    else if (value instanceof Uint8Array) this.#writeString(2, value)
    else if (value instanceof CborTagged) {
      this.#writeHead(6, value.tag)
      this.write(value.value)
    } else if (value instanceof CborFloat) this.#writeFloat(value.value)
    else if (Array.isArray(value)) {
      this.#writeHead(4, value.length)
      for (const item of value) this.write(item)
    } else this.#writeMap(value instanceof Map ? [...value] : Object.entries(value))
  }

  #writeMap(entries: readonly (readonly [CborKey, CborInput | undefined])[]): void {
    const present = entries.filter((entry): entry is readonly [CborKey, CborInput] => entry[1] !== undefined)
    this.#writeHead(5, present.length)
    for (const [key, value] of present) {
      this.write(key)
      this.write(value)
    }
  }

  #writeFloat(value: number): void {
    const at = this.#reserve(9)
    this.#bytes[at] = 0xfb
    this.#view.setFloat64(at + 1, value)
  }

  #reserve(count: number): number {
    const start = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length))
      larger.set(this.#bytes.subarray(0, start))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return start
  }

  #writeByte(byte: number): void {
    const at = this.#reserve(1)
    this.#bytes[at] = byte
  }

  #writeHead(major: number, argument: number): void {
    const type = major << 5
    const extra = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8
    const at = this.#reserve(1 + extra)
    this.#bytes[at] = type | (extra === 0 ? argument : extra === 1 ? 24 : extra === 2 ? 25 : extra === 4 ? 26 : 27)
    if (extra === 0) return
    if (extra === 1) this.#bytes[at + 1] = argument
    else if (extra === 2) this.#view.setUint16(at + 1, argument)
    else if (extra === 4) this.#view.setUint32(at + 1, argument)
    else this.#view.setBigUint64(at + 1, BigInt(argument))
  }

  #writeNumber(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
    if (value >= 0) this.#writeHead(0, value)
    else this.#writeHead(1, -1 - value)
  }

  #writeBigint(value: bigint): void {
    const argument = value >= 0n ? value : -1n - value
    if (argument <= Number.MAX_SAFE_INTEGER) this.#writeHead(value >= 0n ? 0 : 1, Number(argument))
    else if (argument < UINT64_LIMIT) {
      const at = this.#reserve(9)
      this.#bytes[at] = value >= 0n ? 0x1b : 0x3b
      this.#view.setBigUint64(at + 1, argument)
    } else {
      const hex = argument.toString(16)
      this.#writeHead(6, value >= 0n ? BIGNUM_TAG : NEGATIVE_BIGNUM_TAG)
      this.#writeString(2, fromHex(hex.length % 2 === 0 ? hex : `0${hex}`))
    }
  }

  #writeString(major: number, bytes: Uint8Array): void {
    this.#writeHead(major, bytes.length)
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Short ASCII, which every key is, goes without a copy. */
  #writeText(text: string): void {
    const {length} = text
    if (length > 64) return void this.#writeString(3, encodeUtf8(text))
    const start = this.#length
    this.#writeHead(3, length)
    const at = this.#reserve(length)
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) {
        this.#length = start
        return void this.#writeString(3, encodeUtf8(text))
      }
      this.#bytes[at + i] = code
    }
  }
}
