/** What a process of the network tells the program that started it about its failure. A bug also leaves its stack in the log. */

export interface FailureLine {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
}

export function describeFailure(error: unknown): FailureLine {
  const {code = 'UNEXPECTED', message, hints = [], stack} = error as Error & Partial<FailureLine>
  if (!('hints' in (error as object))) console.error(stack)
  return {code, message, hints}
}
