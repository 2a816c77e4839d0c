/**
 * Lanes: where long executions go on while the state serves others. An implementation runs them on threads of their own; that is a matter
 * of speed alone, as the outcome follows from the input.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {CompiledModule} from '../embedder/types.js'
import type {ExecutionInput, ExecutionOutput} from './runtime.js'

export interface LaneStart {
  /** With `fuel`. */
  readonly input: ExecutionInput
  /** Of variant `refuel`. */
  readonly compiled: CompiledModule
}

/** One lane for each canister at most. */
export interface Lanes {
  has(canisterId: CanisterId): boolean
  /** Begins an execution on a copy of its code and memories. */
  start(start: LaneStart): void
  /** Lets it use up to `fuel` instructions in all. */
  refuel(canisterId: CanisterId, fuel: bigint): void
  /** Waits until it has ended or used up its fuel. Brings its effects into the code of `input`. Undefined when there is no lane, or it broke. */
  collect(input: ExecutionInput): ExecutionOutput | undefined
  discard(canisterId: CanisterId): void
  discardAll(): void
}
