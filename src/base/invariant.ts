/** A condition that can only fail through a bug of icicle itself. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation'
}

/** Throws `InvariantViolation` when the condition does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message)
}
