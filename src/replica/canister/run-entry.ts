/** One run of an entry point on a live instance, up to its outcome. What becomes of the instance is the runtime's part. */

import type {RunOutcome, Variant} from '../embedder/types.js'
import type {ExecutionError} from '../system-api/errors.js'
import {type ExecutionMode, isReplicated} from '../system-api/modes.js'
import {Sandbox} from '../system-api/sandbox.js'
import type {SystemStateChanges} from '../system-api/system-state-changes.js'
import {fromEngineGlobals} from './global-values.js'
import type {LiveInstance} from './instance-cache.js'
import {errorOfOutcome} from './outcome-error.js'
import type {ExecutedCode, ExecutionInput, ExecutionOutput} from './runtime.js'

/** Instructions for each 4 KiB heap page that an execution changed. Digest system-api section 8. */
const CHANGED_PAGE_INSTRUCTIONS = {wasm32: 1_000, wasm64: 4_000}
const FREE_OF_PAGE_CHARGE: readonly ExecutionMode[] = ['RQ', 'NRQ', 'TQ', 'F']

/**
 * Commits into `code` when the effects are kept; otherwise the instance is still to be rolled back. `inexact`: a raw trap under the fast
 * variant, whose count is stale.
 */
export function runEntry(live: LiveInstance, input: ExecutionInput, variant: Variant): ExecutionOutput | {readonly kind: 'inexact'} {
  const {code, entry, sandbox: facts, instructionLimit, fuel = instructionLimit} = input
  const sandbox = new Sandbox(facts, live.wasm, code.stable)
  const outcome = enter(live, sandbox, input)
  if (outcome.kind === 'trap' && variant === 'local') return {kind: 'inexact'}
  if (outcome.kind === 'outOfInstructions' && variant !== 'refuel' && fuel < instructionLimit) return {kind: 'paused'}
  const error = errorOfOutcome(outcome, entry, instructionLimit)
  if (error && isReplicated(facts.mode)) logTrap(sandbox, error)
  const instructions = countInstructions(live, input)
  const logs = sandbox.log.records
  if (error) return {kind: 'finished', instructions, logs, result: {kind: 'failure', error}}
  const changes = sandbox.finish()
  if (!keepsEffects(input, changes)) return {kind: 'finished', instructions, logs, result: {kind: 'success', changes}}
  return {kind: 'finished', instructions, logs, result: {kind: 'success', changes, code: commit(live, sandbox, input)}}
}

/** `ic0.trap` has left its record already; both get their backtrace here. */
function logTrap({log}: Sandbox, {errorCode, description, backtrace = []}: ExecutionError): void {
  if (errorCode === 'IC0502') log.appendTrap(description.replace('Canister trapped: ', ''))
  if ((errorCode === 'IC0502' || errorCode === 'IC0503') && backtrace.length > 0) log.addBacktrace(backtrace)
}

function enter(live: LiveInstance, sandbox: Sandbox, {entry, instructionLimit, fuel = instructionLimit}: ExecutionInput): RunOutcome {
  const {wasm, slot} = live
  wasm.begin(Number(fuel), Number(instructionLimit))
  slot.sandbox = sandbox
  try {
    switch (entry.kind) {
      case 'start':
        return wasm.runStart()
      case 'export':
        return wasm.callExport(entry.name)
      case 'closure':
        return wasm.callTable(entry.closure.tableIndex, entry.closure.env)
    }
  } finally {
    slot.sandbox = undefined
  }
}

/** Of the execution, and of the heap pages it changed: these up to what was left of the limit. */
function countInstructions({wasm}: LiveInstance, {code, sandbox, instructionLimit}: ExecutionInput): bigint {
  const used = BigInt(wasm.instructionsUsed())
  if (FREE_OF_PAGE_CHARGE.includes(sandbox.mode)) return used
  const price = wasm.info.isWasm64 ? CHANGED_PAGE_INSTRUCTIONS.wasm64 : CHANGED_PAGE_INSTRUCTIONS.wasm32
  const charged = used + BigInt(wasm.countChangedPages(code.heap) * price)
  return charged < instructionLimit ? charged : instructionLimit
}

function keepsEffects({effects}: ExecutionInput, {answer, calls}: SystemStateChanges): boolean {
  return effects === 'keep' || effects === 'fork' || (effects === 'forkToWait' && !answer && calls.length > 0)
}

function commit({wasm}: LiveInstance, sandbox: Sandbox, {code, effects}: ExecutionInput): ExecutedCode {
  const heap = effects === 'keep' ? code.heap : code.heap.clone()
  const stable = effects === 'keep' ? code.stable : code.stable.clone()
  wasm.commit(heap)
  sandbox.stable.apply(stable)
  const globals = fromEngineGlobals(wasm.exportGlobals())
  return {module: code.module, heap, stable, globals, heapVersion: code.heapVersion + 1}
}
