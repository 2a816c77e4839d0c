/** How an execution fails: plain data, carried through the Wasm engine by a `HostTrap` when a system call is the cause. */

import {HostTrap} from '../embedder/errors.js'

/** `description` has the words of the specification, without the canister's name and without a suggestion. */
export interface ExecutionError {
  readonly errorCode: string
  readonly description: string
  /** Names of the functions on the stack, innermost first. */
  readonly backtrace?: readonly string[]
}

/** IC0504: the canister used the System API against its rules. */
export function contractViolation(text: string): HostTrap {
  return failure('IC0504', `Canister violated contract: ${text}`)
}

/** IC0502: a system call that traps as a Wasm instruction would. */
export function trapped(cause: string): HostTrap {
  return failure('IC0502', `Canister trapped: ${cause}`)
}

export function failure(errorCode: string, description: string): HostTrap {
  return new HostTrap({errorCode, description} satisfies ExecutionError)
}
