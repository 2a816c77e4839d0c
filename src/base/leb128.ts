/** LEB128 variable-length integers (WebAssembly specification, "Integers"; Candid specification, "Memory"). */

import {IcicleError} from './errors.js'

export class Leb128Error extends IcicleError {
  constructor(
    readonly code: 'LEB128_TRUNCATED' | 'LEB128_TOO_LONG',
    message: string,
  ) {
    super(message)
  }
}

/** Where the next byte is read; advanced by every read. */
export interface Cursor {
  readonly bytes: Uint8Array
  offset: number
}

/** Shortest unsigned LEB128 of a natural number. */
export function encodeLeb128(value: bigint | number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}

/** Shortest signed LEB128 of an integer. */
export function encodeSleb128(value: bigint | number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const isLast = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return Uint8Array.from(bytes)
  }
}

/** Reads an unsigned LEB128 of at most `maxBytes` bytes. Throws Leb128Error. */
export function readLeb128(cursor: Cursor, maxBytes = Number.POSITIVE_INFINITY): bigint {
  let value = 0n
  let shift = 0n
  for (let count = 0; ; count++, shift += 7n) {
    const byte = readByte(cursor, count, maxBytes)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
}

/** Reads a signed LEB128 of at most `maxBytes` bytes. Throws Leb128Error. */
export function readSleb128(cursor: Cursor, maxBytes = Number.POSITIVE_INFINITY): bigint {
  let value = 0n
  let shift = 0n
  for (let count = 0; ; count++) {
    const byte = readByte(cursor, count, maxBytes)
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - (1n << shift)
  }
}

function readByte(cursor: Cursor, count: number, maxBytes: number): number {
  if (count >= maxBytes) throw new Leb128Error('LEB128_TOO_LONG', `LEB128 number at byte ${cursor.offset} is longer than ${maxBytes} bytes`)
  if (cursor.offset >= cursor.bytes.length) throw new Leb128Error('LEB128_TRUNCATED', `LEB128 number is cut short at byte ${cursor.offset}`)
  return cursor.bytes[cursor.offset++]!
}
