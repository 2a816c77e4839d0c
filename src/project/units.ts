/** Amounts as people write them: `7days`, `2 GiB`, `3.5TC`, `5_000_000`. Each reader gives undefined for what it does not take. */

const DIGITS = /^\d[\d_]*$/

/** A whole number; underscores may separate digits. */
export function findInteger(text: string): bigint | undefined {
  return DIGITS.test(text) ? BigInt(text.replaceAll('_', '')) : undefined
}

/** A number with optional decimals times a scale; undefined when it does not come out whole. */
function scaleDecimal(text: string, scale: bigint): bigint | undefined {
  const [whole = '', fraction = '', ...more] = text.split('.')
  if (more.length > 0 || !DIGITS.test(whole) || (text.includes('.') && !DIGITS.test(fraction))) return undefined
  const decimals = fraction.replaceAll('_', '')
  const scaled = BigInt(whole.replaceAll('_', '') + decimals) * scale
  const divisor = 10n ** BigInt(decimals.length)
  return scaled % divisor === 0n ? scaled / divisor : undefined
}

const CYCLES_SCALE: Readonly<Record<string, bigint>> = {'': 1n, k: 10n ** 3n, m: 10n ** 6n, b: 10n ** 9n, t: 10n ** 12n}

/** Cycles: `3.5TC`, `2t`, `500B`, `5_000_000`. */
export function findCycles(text: string): bigint | undefined {
  const match = /^([\d_.]+)\s*([kmbt]?)c?$/i.exec(text.trim())
  return match ? scaleDecimal(match[1]!, CYCLES_SCALE[match[2]!.toLowerCase()]!) : undefined
}

const E8S_PER_ICP = 100_000_000n
const E8S_DIGITS = 8

/** ICP with up to eight decimals, in e8s: `1.5` is 150_000_000. */
export function findIcp(text: string): bigint | undefined {
  return /^[\d_.]+$/.test(text) ? scaleDecimal(text, E8S_PER_ICP) : undefined
}

/** E8s as ICP with all eight decimals: `1.50000000`. */
export function showIcp(e8s: bigint): string {
  return `${e8s / E8S_PER_ICP}.${String(e8s % E8S_PER_ICP).padStart(E8S_DIGITS, '0')}`
}

const MILLI_TRILLION = 1_000_000_000n

/** Cycles as trillions with three decimals, rounded down: `79.200`. */
export function showTrillions(cycles: bigint): string {
  const thousandths = cycles / MILLI_TRILLION
  return `${thousandths / 1000n}.${String(thousandths % 1000n).padStart(3, '0')}`
}

const BYTE_UNITS = ['k', 'm', 'g', 't', 'p']

/** Bytes: `1024`, `2 GiB` (powers of 1024), `2 GB` (powers of 1000), case as you like. */
export function findBytes(text: string): bigint | undefined {
  const match = /^([\d_.]+)\s*(?:([kmgtp])?(i)?b?)$/i.exec(text.trim())
  if (!match || (match[3] && !match[2])) return undefined
  const power = match[2] ? BYTE_UNITS.indexOf(match[2].toLowerCase()) + 1 : 0
  return scaleDecimal(match[1]!, (match[3] ? 1024n : 1000n) ** BigInt(power))
}

const SECONDS: readonly (readonly [RegExp, bigint])[] = [
  [/^(s|sec|secs|second|seconds)?$/, 1n],
  [/^(m|min|mins|minute|minutes)$/, 60n],
  [/^(h|hr|hrs|hour|hours)$/, 3600n],
  [/^(d|day|days)$/, 86_400n],
  [/^(w|week|weeks)$/, 604_800n],
  [/^(y|year|years)$/, 31_557_600n],
]

/** Seconds of a duration: `30`, `5m`, `7days`, `1h 30m`. A year has 365.25 days. */
export function findSeconds(text: string): bigint | undefined {
  if (!/^(\s*[\d_]+\s*[a-z]*)+\s*$/.test(text)) return undefined
  let total = 0n
  for (const [, count, unit] of text.matchAll(/([\d_]+)\s*([a-z]*)/g)) {
    const scale = SECONDS.find(([names]) => names.test(unit!))?.[1]
    const amount = findInteger(count!)
    if (scale === undefined || amount === undefined) return undefined
    total += amount * scale
  }
  return total
}
