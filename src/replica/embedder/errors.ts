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

/** Thrown through the Wasm stack when a host function's charge uses up the instructions. */
export class InstructionsExhausted extends Error {
  override readonly name = 'InstructionsExhausted'
}
