/**
 * One file of the log.
 *
 *     segment = "ICICLOG" ‖ version u8 ‖ segment number u64 ‖ first sequence u64 ‖ digest 8 of the 24 bytes before
 *     record  = a7 1c ‖ flags u8 ‖ kind u8 ‖ body length u32 ‖ sequence u64 ‖ digest 8 ‖ body
 *
 * Numbers are big endian; a digest is the beginning of a SHA-256. Sequence numbers run through all segments. Flag 1 marks the first
 * record of a group: it was written after everything before it had been synced. So a record that is broken and followed by a
 * whole group was damaged later, while a broken one in the last group was never promised to anyone.
 */

import {createHash} from 'node:crypto'
import {encodeUtf8, equalBytes} from '../../base/bytes.js'
import {StoreDamaged, StoreVersionUnknown} from './errors.js'
import {decodeRecord, type EncodedRecord, type LogRecord} from './log-record.js'

export const LOG_VERSION = 1
export const SEGMENT_HEADER_BYTES = 32
const RECORD_HEADER_BYTES = 24
const DIGEST_BYTES = 8
const MAGIC = encodeUtf8('ICICLOG')
const RECORD_MARK = [0xa7, 0x1c] as const
const STARTS_GROUP = 1

export interface SegmentHeader {
  readonly number: number
  readonly firstSequence: number
}

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.log`
}

export function findSegmentNumber(name: string): number | undefined {
  return /^\d{10}\.log$/.test(name) ? Number(name.slice(0, 10)) : undefined
}

export function encodeSegmentHeader({number, firstSequence}: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  bytes[MAGIC.length] = LOG_VERSION
  view.setBigUint64(8, BigInt(number))
  view.setBigUint64(16, BigInt(firstSequence))
  bytes.set(digestOf(bytes.subarray(0, 24)), 24)
  return bytes
}

/** The framed record, ready to be written behind its predecessor. */
export function frameRecord({kindByte, body}: EncodedRecord, sequence: number, startsGroup: boolean): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set(RECORD_MARK)
  bytes[2] = startsGroup ? STARTS_GROUP : 0
  bytes[3] = kindByte
  view.setUint32(4, body.length)
  view.setBigUint64(8, BigInt(sequence))
  bytes.set(body, RECORD_HEADER_BYTES)
  bytes.set(digestOf(bytes.subarray(0, 16), body), 16)
  return bytes
}

export interface SegmentScan {
  readonly records: readonly LogRecord[]
  readonly nextSequence: number
  /** Bytes that are whole records; what follows, if anything, is a torn tail. */
  readonly soundBytes: number
}

/**
 * Reads a segment. Bytes after `soundBytes` are a tail that was never synced.
 *
 * `firstSequence` is where the segment before ended (undefined for the oldest). Throws StoreDamaged and StoreVersionUnknown.
 */
export function scanSegment(file: string, bytes: Uint8Array, expected: {number: number; firstSequence: number | undefined}): SegmentScan {
  // Records are written only after the header was synced: a file without any may have a torn header.
  if (bytes.length <= SEGMENT_HEADER_BYTES && !hasSoundHeader(bytes))
    return {records: [], nextSequence: expected.firstSequence ?? 0, soundBytes: 0}
  const header = readSegmentHeader(file, bytes)
  if (header.number !== expected.number) throw new StoreDamaged(file, `says it is segment ${header.number}`)
  if (expected.firstSequence !== undefined && header.firstSequence !== expected.firstSequence)
    throw new StoreDamaged(file, `begins with record ${header.firstSequence} where ${expected.firstSequence} follows`)
  const records: LogRecord[] = []
  let sequence = header.firstSequence
  let offset = SEGMENT_HEADER_BYTES
  for (let frame = findFrame(bytes, offset); frame && frame.sequence === sequence; frame = findFrame(bytes, offset)) {
    const record = decodeRecord(frame)
    if (!record) throw new StoreDamaged(file, `has a record of unknown kind at byte ${offset}`)
    records.push(record)
    offset = frame.end
    sequence++
  }
  if (offset < bytes.length) refuseLaterGroup(file, bytes, offset)
  return {records, nextSequence: sequence, soundBytes: offset}
}

function readSegmentHeader(file: string, bytes: Uint8Array): SegmentHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (!hasSoundHeader(bytes)) throw new StoreDamaged(file, 'has a broken header')
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw new StoreDamaged(file, 'is not a log of icicle')
  const version = bytes[MAGIC.length]!
  if (version !== LOG_VERSION) throw new StoreVersionUnknown(file, version, LOG_VERSION)
  return {number: Number(view.getBigUint64(8)), firstSequence: Number(view.getBigUint64(16))}
}

function hasSoundHeader(bytes: Uint8Array): boolean {
  return bytes.length >= SEGMENT_HEADER_BYTES && equalBytes(bytes.subarray(24, 32), digestOf(bytes.subarray(0, 24)))
}

interface Frame extends EncodedRecord {
  readonly sequence: number
  readonly startsGroup: boolean
  readonly end: number
}

/** The sound record at `offset`, or undefined. */
function findFrame(bytes: Uint8Array, offset: number): Frame | undefined {
  const bodyAt = offset + RECORD_HEADER_BYTES
  if (bodyAt > bytes.length || bytes[offset] !== RECORD_MARK[0] || bytes[offset + 1] !== RECORD_MARK[1]) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset)
  const end = bodyAt + view.getUint32(4)
  if (end > bytes.length) return undefined
  const body = bytes.subarray(bodyAt, end)
  if (!equalBytes(bytes.subarray(offset + 16, offset + 24), digestOf(bytes.subarray(offset, offset + 16), body))) return undefined
  const startsGroup = (bytes[offset + 2]! & STARTS_GROUP) !== 0
  return {kindByte: bytes[offset + 3]!, body, sequence: Number(view.getBigUint64(8)), startsGroup, end}
}

/** Throws when a group begins somewhere behind the broken record: then the broken record had been synced. */
function refuseLaterGroup(file: string, bytes: Uint8Array, brokenAt: number): void {
  for (let at = bytes.indexOf(RECORD_MARK[0], brokenAt); at >= 0; at = bytes.indexOf(RECORD_MARK[0], at + 1))
    if (findFrame(bytes, at)?.startsGroup && at > brokenAt) throw new StoreDamaged(file, `is broken at byte ${brokenAt}, before its end`)
}

function digestOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, DIGEST_BYTES)
}
