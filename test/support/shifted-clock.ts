/** The clock of this process, moved: what reads `Date` in it, agents and nodes, reads the same time. */

const RealDate = Date

export class ShiftedClock {
  offsetMs = 0

  /** Moves `Date` until `restore`. */
  install(): void {
    const now = (): number => RealDate.now() + this.offsetMs
    globalThis.Date = class extends RealDate {
      constructor(...args: readonly unknown[]) {
        super(...((args.length === 0 ? [now()] : args) as [number]))
      }
      static override now = now
    } as DateConstructor
  }

  restore(): void {
    globalThis.Date = RealDate
  }
}
