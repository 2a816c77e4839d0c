/** Writes the primitives of the binary format into a buffer that grows. */

import {encodeUtf8} from '../base/bytes.js'

export class WasmWriter {
  bytes: Uint8Array
  length = 0

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  byte(value: number): this {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
    return this
  }

  append(...values: readonly number[]): this {
    this.reserve(values.length)
    for (const value of values) this.bytes[this.length++] = value
    return this
  }

  raw(source: Uint8Array): this {
    return this.copy(source, 0, source.length)
  }

  /** Copies `source[start..end)`: byte by byte when they are few, as most are. */
  copy(source: Uint8Array, start: number, end: number): this {
    const count = end - start
    const at = this.length
    if (at + count > this.bytes.length) this.reserve(count)
    const {bytes} = this
    if (count > 64) bytes.set(source.subarray(start, end), at)
    else for (let index = 0; index < count; index++) bytes[at + index] = source[start + index]!
    this.length = at + count
    return this
  }

  /** Unsigned LEB128 of a number below 2^53. */
  u32(value: number): this {
    if (value < 0x80) return this.byte(value)
    let rest = value
    if (value < 0x8000_0000) {
      for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80)
      return this.byte(rest)
    }
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.byte(rest)
  }

  /** Signed LEB128 of an integer of magnitude below 2^53. */
  s64(value: number): this {
    let rest = value
    if (rest === (rest | 0)) {
      for (; rest < -64 || rest > 63; rest >>= 7) this.byte((rest & 0x7f) | 0x80)
      return this.byte(rest & 0x7f)
    }
    for (;;) {
      const low = ((rest % 0x80) + 0x80) % 0x80
      rest = Math.floor(rest / 0x80)
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return this.byte(low)
      this.byte(low | 0x80)
    }
  }

  /** Bytes with their length before them. */
  sized(content: Uint8Array): this {
    return this.u32(content.length).raw(content)
  }

  name(text: string): this {
    return this.sized(encodeUtf8(text))
  }

  vector<T>(items: readonly T[], write: (item: T, index: number) => void): this {
    this.u32(items.length)
    items.forEach(write)
    return this
  }

  section(id: number, content: Uint8Array): this {
    return this.byte(id).sized(content)
  }

  /** What has been written, not copied. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}
