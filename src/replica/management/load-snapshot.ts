/**
 * `load_canister_snapshot`: puts a snapshot, its own or another canister's, in the place of a canister's code and memories.
 *
 * Effects: module, memories, globals, chunk store, certified data; timer and hook from uploaded snapshots; version + 1; a `load_snapshot`
 * in the history. No code runs. Rejects: IC0305, IC0406 not a controller of the source, IC0505 and IC0408 of uploaded content that does not
 * fit together, those of paying for it.
 * Source: IC interface specification, "IC method load_canister_snapshot"; digest management-canister section 6.
 */

import {toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {principalToText} from '../../protocol/principal.js'
import {describeError} from '../canister/error-text.js'
import {describeModule} from '../canister/install-steps.js'
import type {CanisterSnapshot, CanisterState, InstalledCode} from '../state/canister-state.js'
import {CHUNK_BYTES} from '../state/paged-memory.js'
import {payForChange} from './change-charge.js'
import {recordChange} from './history.js'
import {changeOrigin, isController, type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'
import {findOwner, type SnapshotArgs, snapshotNotFound, wholeSnapshotCharge} from './snapshots.js'

export interface LoadSnapshotArgs extends SnapshotArgs {
  readonly sender_canister_version: readonly [] | readonly [bigint]
}

export function loadCanisterSnapshot(call: ManagementCall<LoadSnapshotArgs>, canister: CanisterState): ManagementStep {
  const key = toHex(call.args.snapshot_id)
  const owner = findOwner(call.state, call.args.snapshot_id)
  const snapshot = owner?.snapshots.get(key)
  if (!owner || !snapshot) return snapshotNotFound(call.args.snapshot_id, canister.id)
  if (owner !== canister && !isController(owner, call.sender))
    return reject(
      'IC0406',
      `Only a controller of the canister that snapshot ${key} belongs to can load it on canister ${principalToText(canister.id)}. Sender: ${principalToText(call.sender)}.`,
    )
  const code = rebuildCode(call, canister, snapshot)
  if ('kind' in code) return code
  const charge = wholeSnapshotCharge(snapshot)
  const refusal = payForChange(call, canister, {code, chunkStore: new Map(snapshot.chunkStore)}, charge)
  if (refusal) return refusal
  apply(call, canister, snapshot, code)
  recordChange(canister, call.env.timeNs, changeOrigin(call), {
    kind: 'load_snapshot',
    ...(owner !== canister && {fromCanisterId: owner.id}),
    snapshotId: snapshot.id,
    canisterVersion: snapshot.canisterVersion,
    takenAtNs: snapshot.takenAtNs,
    source: snapshot.source,
  })
  touch(call.state, canister.id)
  return {...reply(), instructions: charge.instructions}
}

/** Content that was uploaded is checked here: before, it was not complete. */
function rebuildCode({env}: ManagementCall<unknown>, canister: CanisterState, snapshot: CanisterSnapshot): InstalledCode | ManagementStep {
  const module = {wasm: snapshot.wasm, hash: sha256(snapshot.wasm)}
  const info = env.runtime.inspectModule(module)
  if ('kind' in info) return reject('IC0505', describeError(canister.id, {errorCode: 'IC0505', description: info.message}))
  const misfit = findMisfit(info, snapshot)
  if (misfit !== undefined) return reject('IC0408', misfit)
  return {
    module: describeModule(module, info),
    heap: snapshot.heap.clone(),
    stable: snapshot.stable.clone(),
    globals: snapshot.globals,
    heapVersion: (canister.code?.heapVersion ?? 0) + 1,
  }
}

interface ModuleShape {
  readonly globals: readonly {readonly type: string}[]
  readonly initialPages: number
  readonly maximumPages: number
}

function findMisfit({globals, initialPages, maximumPages}: ModuleShape, snapshot: CanisterSnapshot): string | undefined {
  const isSame = globals.length === snapshot.globals.length && globals.every(({type}, index) => type === snapshot.globals[index]!.type)
  if (!isSame) return 'Wasm exported globals of canister module and snapshot metadata do not match.'
  const pages = snapshot.heap.sizeBytes / CHUNK_BYTES
  if (pages >= initialPages && pages <= maximumPages) return undefined
  return `Wasm memory of ${pages} pages does not fit the canister module, which declares ${initialPages} to ${maximumPages}.`
}

function apply({env}: ManagementCall<unknown>, canister: CanisterState, snapshot: CanisterSnapshot, code: InstalledCode): void {
  const old = canister.code
  canister.code = code
  if (old) env.runtime.release(old.heap)
  canister.chunkStore.clear()
  for (const [hash, chunk] of snapshot.chunkStore) canister.chunkStore.set(hash, chunk)
  canister.certifiedData = snapshot.certifiedData
  if (snapshot.source === 'metadata_upload') {
    canister.globalTimerNs = snapshot.globalTimerNs ?? canister.globalTimerNs
    canister.lowWasmMemoryHook = snapshot.lowWasmMemoryHook ?? canister.lowWasmMemoryHook
  }
  canister.lastInstalledAtNs = env.timeNs
  canister.version++
}
