/** A growing byte buffer with the number formats of Candid. Source: Candid specification, "Memory". */

import {encodeUtf8} from '../base/bytes.js'

export class Writer {
  private bytes = new Uint8Array(128)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Unsigned LEB128 of a number from 0 to 2^53 - 1. */
  size(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  nat(value: bigint): void {
    if (value <= SAFE) this.size(Number(value))
    else this.groups(value, Math.ceil(bitLength(value) / 7))
  }

  int(value: bigint): void {
    // One bit more than the magnitude needs, for the sign.
    const count = Math.floor(bitLength(value < 0n ? ~value : value) / 7) + 1
    if (count === 1) this.byte(Number(value) & 0x7f)
    else this.groups(BigInt.asUintN(7 * count, value), count)
  }

  /** So many groups of 7 bits, by way of hexadecimal, in linear time: a nat may be megabytes long. */
  private groups(value: bigint, count: number): void {
    const digits = value.toString(16)
    let buffer = 0
    let bits = 0
    let next = digits.length - 1
    for (let written = 1; written <= count; written++) {
      for (; bits < 7; bits += 4) buffer |= (next < 0 ? 0 : Number.parseInt(digits[next--]!, 16)) << bits
      this.byte((buffer & 0x7f) | (written < count ? 0x80 : 0))
      buffer >>= 7
      bits -= 7
    }
  }

  /** Little-endian integer of 1, 2 or 4 bytes, two's complement. */
  fixed(value: number, size: 1 | 2 | 4): void {
    this.reserve(size)
    if (size === 1) this.bytes[this.length] = value
    else if (size === 2) this.view.setUint16(this.length, value, true)
    else this.view.setUint32(this.length, value, true)
    this.length += size
  }

  fixed64(value: bigint): void {
    this.reserve(8)
    this.view.setBigUint64(this.length, BigInt.asUintN(64, value), true)
    this.length += 8
  }

  float32(value: number): void {
    this.reserve(4)
    this.view.setFloat32(this.length, value, true)
    this.length += 4
  }

  float64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** Length and bytes. */
  blob(bytes: Uint8Array): void {
    this.size(bytes.length)
    this.raw(bytes)
  }

  text(text: string): void {
    this.blob(encodeUtf8(text))
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** Bits of a natural number without leading zeros. */
function bitLength(value: bigint): number {
  if (value <= 0xffff_ffffn) return 32 - Math.clz32(Number(value))
  const digits = value.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28
}
