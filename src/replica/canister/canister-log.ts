/** The canister log: newest records are kept, oldest dropped. Digest management-canister section 7. */

import type {CanisterState, LogRecord} from '../state/canister-state.js'
import {LOG_CAPACITY_BYTES, LOG_RECORD_OVERHEAD_BYTES} from '../system-api/limits.js'

export function logBytes(canister: CanisterState): number {
  return sizeOf(canister.logs.records)
}

/** Adds records, also of executions that failed. Indices go on after the log was cleared. */
export function appendLogs(canister: CanisterState, contents: readonly Uint8Array[], timestampNs: bigint): void {
  if (contents.length === 0) return
  const {nextIndex} = canister.logs
  const added = contents.map((content, offset) => ({index: nextIndex + BigInt(offset), timestampNs, content}))
  const records = [...canister.logs.records, ...added]
  let excess = sizeOf(records) - LOG_CAPACITY_BYTES
  let dropped = 0
  while (excess > 0) excess -= bytesOf(records[dropped++]!)
  canister.logs = {nextIndex: nextIndex + BigInt(added.length), records: records.slice(dropped)}
}

function sizeOf(records: readonly LogRecord[]): number {
  let total = 0
  for (const record of records) total += bytesOf(record)
  return total
}

function bytesOf(record: LogRecord): number {
  return record.content.length + LOG_RECORD_OVERHEAD_BYTES
}
