/** Reads a request body within a size and a time. */

import type {IncomingMessage} from 'node:http'
import type {Refusal} from './port.js'

/** Digest http-interface section 5: any body > 5 MiB. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024
/** Reference implementation: a body must arrive within 300 s. */
export const BODY_TIMEOUT_MS = 300_000

/** An array with a buffer of its own: sending a view to another thread would copy the whole buffer behind it. */
function joinParts(parts: readonly Buffer[], length: number): Uint8Array {
  const body = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    body.set(part, offset)
    offset += part.length
  }
  return body
}

export function readBody(request: IncomingMessage, timeoutMs = BODY_TIMEOUT_MS): Promise<Uint8Array | Refusal> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const finish = (result: Uint8Array | Refusal): void => {
      clearTimeout(timer)
      request.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error')
      resolve(result)
    }
    const timer = setTimeout(
      () => finish({kind: 'refused', status: 408, text: `receiving request took longer than ${timeoutMs / 1000}s`}),
      timeoutMs,
    )
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length > MAX_BODY_BYTES) finish({kind: 'refused', status: 413, text: 'length limit exceeded'})
      else parts.push(part)
    })
    request.on('end', () => finish(joinParts(parts, length)))
    request.on('error', () => finish({kind: 'refused', status: 400, text: 'the request was aborted'}))
  })
}
