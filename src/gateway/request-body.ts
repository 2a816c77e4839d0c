/** Reads the body of a request within a size. */

import type {IncomingMessage} from 'node:http'
import {type Fault, fault} from './fault.js'

/** Public gateway; a message to a canister is limited to 2 MiB by the replica. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024

/** What exceeds the size is still received, but not kept: a client that is cut off would not read the answer. */
export function readRequestBody(request: IncomingMessage, maxBytes = MAX_REQUEST_BYTES): Promise<Uint8Array | Fault> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= maxBytes) parts.push(part)
      else resolve(fault('client_body_too_large', `The body of the request is larger than ${maxBytes} bytes.`))
    })
    request.on('end', () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)))
    request.on('error', () => resolve(fault('client_aborted', 'The request ended before its body did.')))
    request.on('close', () => resolve(fault('client_aborted', 'The request ended before its body did.')))
  })
}
