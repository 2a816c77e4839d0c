/** From what a Wasm execution threw to its outcome. The messages are V8's; a test runs each trap on the Node at hand. */

import {HostTrap, InstructionsExhausted} from './errors.js'
import {STOP} from './plan.js'
import type {ModuleInfo, RunOutcome, TrapKind} from './types.js'

export const OK: RunOutcome = {kind: 'ok'}
const OUT_OF_INSTRUCTIONS: RunOutcome = {kind: 'outOfInstructions'}

const TRAPS: readonly (readonly [pattern: RegExp, trap: TrapKind])[] = [
  [/memory access out of bounds/, 'heap out of bounds'],
  [/table (index is|access|.*) ?out of bounds/, 'table out of bounds'],
  [/signature mismatch/, 'signature mismatch'],
  [/(divide|remainder) by zero/, 'integer division by 0'],
  [/unreachable/, 'unreachable'],
]

/**
 * `stop` is the instrumentation's own reason (see STOP). Throws what is no outcome of the
 * canister: a bug of a host function, a machine without memory (RangeError).
 */
export function describeFailure(error: unknown, stop: number, info: ModuleInfo): RunOutcome {
  if (error instanceof HostTrap) return {kind: 'hostTrap', cause: error.cause, backtrace: readBacktrace(error, info)}
  if (error instanceof InstructionsExhausted) return OUT_OF_INSTRUCTIONS
  if (error instanceof RangeError && /call stack/.test(error.message)) return trapped('stack overflow', error, info)
  if (!(error instanceof WebAssembly.RuntimeError)) throw error
  if (stop === STOP.outOfInstructions) return OUT_OF_INSTRUCTIONS
  if (stop === STOP.noMemory) throw new RangeError('the machine has no memory for a larger heap', {cause: error})
  if (stop === STOP.stackOverflow) return trapped('stack overflow', error, info)
  if (stop === STOP.nullElement) return trapped('unknown', error, info)
  return trapped(TRAPS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'unknown', error, info)
}

function trapped(trap: TrapKind, error: Error, info: ModuleInfo): RunOutcome {
  return {kind: 'trap', trap, backtrace: readBacktrace(error, info)}
}

/** Names of the canister's functions on the stack, innermost first; empty without a name section. */
function readBacktrace(error: Error, info: ModuleInfo): string[] {
  if (info.functionNames.size === 0) return []
  const indices = [...(error.stack ?? '').matchAll(/wasm-function\[(\d+)\]/g)].map((match) => Number(match[1]) - info.functionShift)
  return indices
    .filter((index) => index >= info.importedFunctions && index < info.functionCount)
    .map((index) => info.functionNames.get(index) ?? `function[${index}]`)
}
