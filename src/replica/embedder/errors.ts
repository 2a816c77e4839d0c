/** The errors of the embedder: how a host function ends an execution, how a module is refused. */

/** Thrown by a host function to end the execution: the outcome is `{kind: 'hostTrap', cause}`. */
export class HostTrap extends Error {
  override readonly name = 'HostTrap'

  constructor(override readonly cause: unknown) {
    super('a host function ended the execution')
  }
}

/** The module breaks a rule of the IC; `compileModule` catches it and gives an `InvalidModule`. */
export class InvalidModuleError extends Error {
  override readonly name = 'InvalidModuleError'
}
