/**
 * The clock of a test: the computer's, moved forward. The network and the agents live in the process of the test and ask `Date`, so that is
 * what is moved; timers of Node and `performance` go on as they are.
 */

const RealDate = Date
let offsetMs = 0

class MovedDate extends RealDate {
  constructor(...parts: [] | [value: number | string | Date]) {
    if (parts.length === 0) super(MovedDate.now())
    else super(...parts)
  }

  static override now(): number {
    return RealDate.now() + offsetMs
  }
}

/** Nobody's clock goes back: the network's time only grows. */
export function advanceClock(ms: number): void {
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`Time goes forward only: ${ms} ms is no step.`)
  offsetMs += ms
  globalThis.Date = MovedDate as DateConstructor
}

/** Back to the computer's time, once the last network has ended. */
export function restoreClock(): void {
  offsetMs = 0
  globalThis.Date = RealDate
}

export interface Duration {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
}

/** A number counts milliseconds. */
export function toMilliseconds(duration: number | Duration): number {
  if (typeof duration === 'number') return duration
  const {days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0} = duration
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
}
