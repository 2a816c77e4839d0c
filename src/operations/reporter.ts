/** How operations speak to the user. They never print: the CLI renders these calls, tests record them. */

export interface Reporter {
  /** A result that scripts read: standard output. */
  result(text: string): void
  /** Standard error; silent under `-q`. */
  info(text: string): void
  /** Standard error only, never the log file; silent under `-q`: what must be seen once and kept nowhere. */
  secret(text: string): void
  /** Standard error with `WARNING: ` before it; silent under `-qq`. */
  warn(text: string): void
  /** Shown with `-v`. */
  debug(text: string): void
  /** Shown with `-vv`. */
  trace(text: string): void
  /** Does a piece of work under a title: a spinner on a terminal, nothing elsewhere. The title may be changed while it runs. */
  step<T>(title: string, work: (step: Step) => Promise<T>): Promise<T>
}

export interface Step {
  update(title: string): void
}

/** A reporter that says nothing: for work whose words do not concern the user. */
export const SILENT: Reporter = {
  result: () => {},
  info: () => {},
  secret: () => {},
  warn: () => {},
  debug: () => {},
  trace: () => {},
  step: (_title, work) => work({update: () => {}}),
}
