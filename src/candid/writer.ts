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
    let rest = value
    for (; rest > SAFE; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80)
    this.size(Number(rest))
  }

  int(value: bigint): void {
    let rest = value
    for (; rest > 63n || rest < -64n; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80)
    this.byte(Number(rest) & 0x7f)
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
