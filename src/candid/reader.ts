/** Reads the number formats of Candid from bytes. Every read that passes the end throws CandidError 'CANDID_TRUNCATED'. */

import {decodeUtf8} from '../base/bytes.js'
import type {Principal} from '../protocol/principal.js'
import {principalFromBytes} from '../protocol/principal.js'
import {CandidError} from './errors.js'

export class Reader {
  offset = 0
  private readonly view: DataView

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.offset
  }

  byte(): number {
    if (this.offset >= this.bytes.length) throw truncated(this.offset)
    return this.bytes[this.offset++]!
  }

  /** Moves on by so many bytes and returns where they begin. */
  skip(size: number): number {
    if (size > this.remaining) throw truncated(this.offset)
    const start = this.offset
    this.offset += size
    return start
  }

  /** A view of the next bytes. */
  raw(size: number): Uint8Array {
    const start = this.skip(size)
    return this.bytes.subarray(start, start + size)
  }

  /** Unsigned LEB128 up to 2^53 - 1. */
  size(): number {
    const first = this.byte()
    if (first < 0x80) return first
    this.offset--
    const value = this.nat()
    if (value > SAFE) throw malformed(`the number ${value} before byte ${this.offset} is too large`)
    return Number(value)
  }

  nat(): bigint {
    const [low, groups] = this.groups()
    return groups === undefined ? BigInt(low) : groups
  }

  int(): bigint {
    const start = this.offset
    const [low, groups] = this.groups()
    const count = this.offset - start
    const isNegative = (this.bytes[this.offset - 1]! & 0x40) !== 0
    if (groups === undefined) return BigInt(isNegative ? low - 2 ** (7 * count) : low)
    return isNegative ? groups - (1n << BigInt(7 * count)) : groups
  }

  /** A signed LEB128 that fits a number: type references. */
  reference(): number {
    const value = this.int()
    if (value > SAFE || value < -SAFE) throw malformed(`the type reference ${value} is out of range`)
    return Number(value)
  }

  /** The 7-bit groups of a LEB128: up to seven in a number, more in a bigint. */
  private groups(): [number, bigint | undefined] {
    const start = this.offset
    let low = 0
    for (let weight = 1, count = 0; count < 7; count++, weight *= 128) {
      const byte = this.byte()
      low += (byte & 0x7f) * weight
      if (byte < 0x80) return [low, undefined]
    }
    while (this.byte() >= 0x80);
    return [0, joinGroups(this.bytes, start, this.offset)]
  }

  bool(): boolean {
    const byte = this.byte()
    if (byte > 1) throw malformed(`the bool at byte ${this.offset - 1} is ${byte}, not 0 or 1`)
    return byte === 1
  }

  unsigned(size: 1 | 2 | 4): number {
    const start = this.skip(size)
    return size === 1 ? this.bytes[start]! : size === 2 ? this.view.getUint16(start, true) : this.view.getUint32(start, true)
  }

  signed(size: 1 | 2 | 4): number {
    const start = this.skip(size)
    return size === 1 ? this.view.getInt8(start) : size === 2 ? this.view.getInt16(start, true) : this.view.getInt32(start, true)
  }

  unsigned64(): bigint {
    return this.view.getBigUint64(this.skip(8), true)
  }

  signed64(): bigint {
    return this.view.getBigInt64(this.skip(8), true)
  }

  float32(): number {
    return this.view.getFloat32(this.skip(4), true)
  }

  float64(): number {
    return this.view.getFloat64(this.skip(8), true)
  }

  text(): string {
    const start = this.offset
    const text = decodeUtf8(this.raw(this.size()))
    if (text === undefined) throw malformed(`the text at byte ${start} is not UTF-8`)
    return text
  }

  /** `01 ‖ length ‖ bytes`. */
  principal(): Principal {
    const flag = this.byte()
    if (flag !== 1) throw malformed(`the reference at byte ${this.offset - 1} is opaque`)
    const size = this.size()
    if (size > 29) throw malformed(`the principal at byte ${this.offset} has ${size} bytes, more than 29`)
    return principalFromBytes(this.raw(size))
  }
}

/** Groups of 7 bits to a bigint by way of hexadecimal, in linear time: a nat may be megabytes long. */
function joinGroups(bytes: Uint8Array, start: number, end: number): bigint {
  let digits: string[] = []
  let buffer = 0
  let bits = 0
  for (let i = start; i < end; i++) {
    buffer |= (bytes[i]! & 0x7f) << bits
    bits += 7
    while (bits >= 4) {
      digits.push((buffer & 15).toString(16))
      buffer >>= 4
      bits -= 4
    }
  }
  digits.push(buffer.toString(16))
  digits = digits.reverse()
  return BigInt(`0x${digits.join('')}`)
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

export function malformed(problem: string): CandidError {
  return new CandidError('CANDID_MALFORMED', problem)
}

function truncated(offset: number): CandidError {
  return new CandidError('CANDID_TRUNCATED', `the message ends at byte ${offset} in the middle of a value`)
}
