/** Brings what a successful execution did into the canister's state. */

import {memoryUsageBytes} from '../cycles/memory-usage.js'
import type {CallContext} from '../state/call-contexts.js'
import type {CanisterState} from '../state/canister-state.js'
import type {CyclesChanges, PerformedCall, SystemStateChanges} from '../system-api/system-state-changes.js'
import type {ExecutedCode} from './runtime.js'

/** Of a heap that no `wasm_memory_limit` bounds. Digest system-api section 3, "When hooks run". */
const HEAP_CAPACITY_BYTES = 4_294_967_296n

/** Everything but the answer, which settles the call context. Without `context` (install) there can be no calls. */
export function applyChanges(
  canister: CanisterState,
  changes: SystemStateChanges,
  {code, context}: {readonly code?: ExecutedCode; readonly context?: CallContext},
): void {
  applyCycles(canister, changes.cycles, context)
  if (context) for (const call of changes.calls) sendCall(canister, call, context)
  if (changes.certifiedData) canister.certifiedData = changes.certifiedData
  if (changes.globalTimerNs !== undefined) canister.globalTimerNs = changes.globalTimerNs
  if (code) replaceMemories(canister, code)
}

function applyCycles(canister: CanisterState, cycles: CyclesChanges, context: CallContext | undefined): void {
  canister.cycles += cycles.accepted + cycles.minted - cycles.burned - cycles.reserved
  canister.reservedCycles += cycles.reserved
  canister.consumed.burned += cycles.burned
  if (context) context.availableCycles -= cycles.accepted
}

function sendCall(canister: CanisterState, call: PerformedCall, context: CallContext): void {
  const {receiver, method, payload, cycles, deadlineSeconds, onReply, onReject, onCleanup} = call
  const callbackId = canister.nextCallbackId++
  canister.cycles -= cycles + call.requestCycles + call.responseTransmissionCycles + call.responseExecutionCycles
  canister.consumed.requestAndResponseTransmission += call.requestCycles + call.responseTransmissionCycles
  canister.consumed.instructions += call.responseExecutionCycles
  canister.callbacks.set(callbackId, {
    id: callbackId,
    callContextId: context.id,
    respondent: receiver,
    cyclesSent: cycles,
    prepaidExecutionCycles: call.responseExecutionCycles,
    prepaidTransmissionCycles: call.responseTransmissionCycles,
    onReply,
    onReject,
    ...(onCleanup && {onCleanup}),
    deadlineSeconds,
  })
  canister.queues.pushOutputRequest({kind: 'request', sender: canister.id, receiver, callbackId, cycles, method, payload, deadlineSeconds})
}

/** The memories were changed in place; globals and version are new. */
function replaceMemories(canister: CanisterState, {heap, stable, globals, heapVersion}: ExecutedCode): void {
  if (!canister.code) return
  canister.code = {module: canister.code.module, heap, stable, globals, heapVersion}
  updateLowMemoryHook(canister)
}

/** Arms the hook when the heap comes close to its limit, and disarms it when the condition clears. A threshold of 0 disables it. */
export function updateLowMemoryHook(canister: CanisterState): void {
  if (!isHeapLow(canister)) canister.lowWasmMemoryHook = 'condition_not_satisfied'
  else if (canister.lowWasmMemoryHook === 'condition_not_satisfied') canister.lowWasmMemoryHook = 'ready'
}

function isHeapLow(canister: CanisterState): boolean {
  const {code, settings} = canister
  const {wasmMemoryThresholdBytes, wasmMemoryLimitBytes, memoryAllocationBytes} = settings
  if (!code || wasmMemoryThresholdBytes === 0n) return false
  const heapBytes = BigInt(code.heap.sizeBytes)
  const isBelow = (capacity: bigint) => capacity - heapBytes < wasmMemoryThresholdBytes
  if (isBelow(wasmMemoryLimitBytes === 0n ? HEAP_CAPACITY_BYTES : wasmMemoryLimitBytes)) return true
  // With an allocation the heap also ends where the canister's other memory begins.
  return memoryAllocationBytes > 0n && isBelow(memoryAllocationBytes - (BigInt(memoryUsageBytes(canister)) - heapBytes))
}
