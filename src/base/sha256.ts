/** SHA-2 through node:crypto: deterministic, synchronous, and 20 times faster than JavaScript. */

import {createHash, type Hash} from 'node:crypto'

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return digest('sha256', parts)
}

export function sha224(...parts: readonly Uint8Array[]): Uint8Array {
  return digest('sha224', parts)
}

function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash: Hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
