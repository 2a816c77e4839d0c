/**
 * `canister_status`: status, settings, memory, balance and query statistics of a canister.
 *
 * Callers: controllers, the canister itself, and whom `status_visibility` names; as update and as query.
 * Source: IC interface specification, "IC method canister_status"; digest management-canister section 4.
 */

import type {Principal} from '../../protocol/principal.js'
import {idleCyclesPerDay} from '../cycles/freezing-limit.js'
import {memoryUsage, memoryUsageBytes} from '../cycles/memory-usage.js'
import type {CanisterState, LogVisibility} from '../state/canister-state.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reply} from './management-call.js'

export function canisterStatus(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  const usage = memoryUsage(canister)
  const isIdle = !canister.queues.hasInput() && !canister.queues.hasOutput()
  return reply({
    status: {[canister.status.kind]: null},
    ready_for_migration: canister.status.kind === 'stopped' && isIdle,
    version: canister.version,
    settings: definiteSettings(canister),
    module_hash: canister.code ? [canister.code.module.hash] : [],
    memory_size: BigInt(memoryUsageBytes(canister)),
    memory_metrics: {
      wasm_memory_size: BigInt(usage.wasmMemory),
      stable_memory_size: BigInt(usage.stableMemory),
      global_memory_size: BigInt(usage.globalMemory),
      wasm_binary_size: BigInt(usage.wasmBinary),
      custom_sections_size: BigInt(usage.customSections),
      canister_history_size: BigInt(usage.canisterHistory),
      wasm_chunk_store_size: BigInt(usage.chunkStore),
      snapshots_size: BigInt(usage.snapshots),
    },
    cycles: canister.cycles,
    reserved_cycles: canister.reservedCycles,
    idle_cycles_burned_per_day: idleCyclesPerDay(canister, call.env.fees),
    query_stats: {
      num_calls_total: canister.queryStats.calls,
      num_instructions_total: canister.queryStats.instructions,
      request_payload_bytes_total: canister.queryStats.requestPayloadBytes,
      response_payload_bytes_total: canister.queryStats.responsePayloadBytes,
    },
  })
}

function definiteSettings({settings}: CanisterState): Record<string, unknown> {
  return {
    controllers: settings.controllers,
    compute_allocation: BigInt(settings.computeAllocation),
    memory_allocation: settings.memoryAllocationBytes,
    freezing_threshold: settings.freezingThresholdSeconds,
    reserved_cycles_limit: settings.reservedCyclesLimit,
    minimum_incoming_canister_call_cycles: settings.minimumIncomingCallCycles,
    log_visibility: visibilityValue(settings.logVisibility),
    snapshot_visibility: visibilityValue(settings.snapshotVisibility),
    status_visibility: visibilityValue(settings.statusVisibility),
    wasm_memory_limit: settings.wasmMemoryLimitBytes,
    wasm_memory_threshold: settings.wasmMemoryThresholdBytes,
    environment_variables: settings.environmentVariables,
  }
}

function visibilityValue(visibility: LogVisibility): Record<string, unknown> {
  return visibility.kind === 'allowed_viewers' ? {allowed_viewers: visibility.viewers} : {[visibility.kind]: null}
}

/** True when `principal` may see what a visibility setting guards. Controllers always may. */
export function isVisibleTo(canister: CanisterState, visibility: LogVisibility, principal: Principal): boolean {
  if (canister.settings.controllers.includes(principal) || visibility.kind === 'public') return true
  return visibility.kind === 'allowed_viewers' && visibility.viewers.includes(principal)
}
