/** The machine's clock. */

let lastNs = 0n

/** Nanoseconds since 1970, in steps of a millisecond; never goes back within a process. */
export function systemNowNs(): bigint {
  const nowNs = BigInt(Date.now()) * 1_000_000n
  if (nowNs > lastNs) lastNs = nowNs
  return lastNs
}
