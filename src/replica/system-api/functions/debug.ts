/** `debug_print` and `trap`. Both accept a range outside the heap and say so instead of failing. */

import {decodeUtf8Lossy, encodeUtf8} from '../../../base/bytes.js'
import {failure} from '../errors.js'
import {LOG_CAPACITY_BYTES, MAX_TRAP_MESSAGE_BYTES} from '../limits.js'
import {isReplicated} from '../modes.js'
import type {Sandbox} from '../sandbox.js'

export const debugFunctions = {
  debug_print(sandbox: Sandbox, source: number, length: number): void {
    sandbox.host.charge(sandbox.log.costOf(length))
    if (!isReplicated(sandbox.mode)) return
    sandbox.log.append(readMessage(sandbox, source, length, LOG_CAPACITY_BYTES) ?? encodeUtf8('(debug_print message out of memory bounds)'))
  },

  trap(sandbox: Sandbox, source: number, length: number): void {
    sandbox.host.charge(sandbox.log.costOf(length))
    const bytes = readMessage(sandbox, source, length, MAX_TRAP_MESSAGE_BYTES)
    const message = bytes === undefined ? '(trap message out of memory bounds)' : decodeUtf8Lossy(bytes)
    if (isReplicated(sandbox.mode)) sandbox.log.appendTrap(message)
    throw failure('IC0503', `Canister called \`ic0.trap\` with message: '${message}'`)
  },
}

/** The beginning of a message, up to `maximum` bytes; undefined when its range is not in the heap. */
function readMessage({host}: Sandbox, source: number, length: number, maximum: number): Uint8Array | undefined {
  if (!host.info.hasMemory || source + length > host.heapBytes) return undefined
  return host.readHeap(source, Math.min(length, maximum))
}
