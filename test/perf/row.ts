/** One line of the benchmark table. */
export interface Row {
  readonly metric: string
  readonly value: number
  /** ms, /s, MB, … */
  readonly unit: string
  /** What the value is measured against, in the same run and unit. */
  readonly floor?: {readonly what: string; readonly value: number}
  /** The figure that an issue asks for, as it words it. */
  readonly goal?: string
}

/** A group of rows measured together. */
export interface Bench {
  readonly name: string
  measure(): Promise<readonly Row[]>
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** Nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)]!
}
