/** What the user can mend. Prints as one sentence with hints, never with a stack. */

export interface IcicleErrorOptions {
  /** How to go on, one sentence each. */
  readonly hints?: readonly string[]
  readonly cause?: unknown
}

export abstract class IcicleError extends Error {
  /** Stable identifier, e.g. `PORT_IN_USE`; part of `--json` output. */
  abstract readonly code: string
  readonly hints: readonly string[]

  constructor(message: string, options: IcicleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = new.target.name
    this.hints = options.hints ?? []
  }
}
