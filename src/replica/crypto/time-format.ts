/** Times in error texts, as the reference implementation prints them: `2023-05-31 22:00:00.500 UTC` with 0, 3, 6 or 9 decimals. */
export function formatTime(timeNs: bigint): string {
  const [date, clock] = new Date(Number(timeNs / 1_000_000n)).toISOString().split('T')
  return `${date} ${clock!.slice(0, 8)}${formatFraction(timeNs % 1_000_000_000n)} UTC`
}

function formatFraction(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return ''
  const digits = nanoseconds.toString().padStart(9, '0')
  return `.${digits.replace(/(000){1,2}$/, '')}`
}
