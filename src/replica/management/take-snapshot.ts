/**
 * `take_canister_snapshot`: keeps code, memories and what belongs to them, to be loaded again.
 *
 * Effects: one snapshot more, or in the place of another; with `uninstall_code` the canister is empty afterwards.
 * Rejects: IC0406 empty canister, too many snapshots, another canister's; IC0305 nothing to replace; those of paying for it.
 * Source: IC interface specification, "IC method take_canister_snapshot"; digest management-canister section 6.
 */

import {principalToText} from '../../protocol/principal.js'
import {uninstallCode} from '../canister/uninstall-code.js'
import type {CanisterSnapshot, CanisterState, InstalledCode} from '../state/canister-state.js'
import {recordChange} from './history.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {changeOrigin, type ManagementCall, type ManagementStep, reject, reply} from './management-call.js'
import {findSlotRefusal, nextSnapshotId, snapshotValue, storeSnapshot, wholeSnapshotCharge} from './snapshots.js'

export interface TakeSnapshotArgs extends CanisterIdArgs {
  readonly replace_snapshot: readonly [] | readonly [Uint8Array]
  readonly uninstall_code: readonly [] | readonly [boolean]
  readonly sender_canister_version: readonly [] | readonly [bigint]
}

export function takeCanisterSnapshot(call: ManagementCall<TakeSnapshotArgs>, canister: CanisterState): ManagementStep {
  const [replacedId] = call.args.replace_snapshot
  const uninstalls = call.args.uninstall_code[0] ?? false
  const noSlot = findSlotRefusal(call, canister, replacedId)
  if (noSlot) return noSlot
  const {code} = canister
  if (!code) return reject('IC0406', `Failed to create snapshot for empty canister ${principalToText(canister.id)}:`)
  const snapshot = snapshotOf(canister, code, call.env.timeNs)
  const change = uninstalls ? {code: undefined, chunkStore: new Map<string, Uint8Array>()} : {}
  const refusal = storeSnapshot(call, canister, snapshot, {replacedId, change})
  if (refusal) return refusal
  const step = {...reply(snapshotValue(snapshot)), instructions: wholeSnapshotCharge(snapshot).instructions}
  return uninstalls ? {...step, ...uninstall(call, canister)} : step
}

/** Memories are shared until one side writes to them. */
function snapshotOf(canister: CanisterState, {module, heap, stable, globals}: InstalledCode, takenAtNs: bigint): CanisterSnapshot {
  return {
    id: nextSnapshotId(canister),
    takenAtNs,
    source: 'taken_from_canister',
    canisterVersion: canister.version,
    wasm: module.wasm,
    heap: heap.clone(),
    stable: stable.clone(),
    globals,
    certifiedData: canister.certifiedData,
    chunkStore: new Map(canister.chunkStore),
    globalTimerNs: canister.globalTimerNs,
    lowWasmMemoryHook: canister.lowWasmMemoryHook,
  }
}

function uninstall(call: ManagementCall<TakeSnapshotArgs>, canister: CanisterState): Pick<ManagementStep, 'answers' | 'answersFrom'> {
  const heap = canister.code!.heap
  const answers = uninstallCode(canister)
  call.env.runtime.release(heap)
  canister.version++
  recordChange(canister, call.env.timeNs, changeOrigin(call), {kind: 'code_uninstall'})
  return {answers, answersFrom: canister.id}
}
