/** Log records of one execution: they survive a trap. Digest system-api section 6, "debug_print"; management-canister section 7. */

import {concatBytes, encodeUtf8} from '../../base/bytes.js'
import {LOG_CAPACITY_BYTES, LOG_RECORD_OVERHEAD_BYTES} from './limits.js'

const MAX_CONTENT_BYTES = LOG_CAPACITY_BYTES - LOG_RECORD_OVERHEAD_BYTES
/** Instructions per byte that is kept, and per byte that displaces nothing. */
const KEPT_BYTE_INSTRUCTIONS = 2
const NEW_BYTE_INSTRUCTIONS = 50

export class LogBuffer {
  readonly records: Uint8Array[] = []
  #usedBytes: number

  constructor(usedBytes: number) {
    this.#usedBytes = usedBytes
  }

  /** Instructions for logging a message of `length` bytes. */
  costOf(length: number): number {
    const free = Math.max(0, LOG_CAPACITY_BYTES - this.#usedBytes)
    return KEPT_BYTE_INSTRUCTIONS * Math.min(length, LOG_CAPACITY_BYTES) + NEW_BYTE_INSTRUCTIONS * Math.min(length, free)
  }

  append(content: Uint8Array): void {
    const kept = content.slice(0, MAX_CONTENT_BYTES)
    this.records.push(kept)
    this.#usedBytes += kept.length + LOG_RECORD_OVERHEAD_BYTES
  }

  appendTrap(message: string): void {
    this.append(encodeUtf8(`[TRAP]: ${message === '' ? '(no message)' : message}`))
  }

  /** Behind the record of the trap, which is the last one. `names` are innermost first. */
  addBacktrace(names: readonly string[]): void {
    const record = this.records.pop()
    if (!record) return
    this.#usedBytes -= record.length + LOG_RECORD_OVERHEAD_BYTES
    this.append(concatBytes(record, encodeUtf8(`\nCanister Backtrace:\n${names.join('\n')}\n`)))
  }
}
