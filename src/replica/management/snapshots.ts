/**
 * What all snapshot methods share: ids, finding and storing snapshots, prices; and the two short methods, listing and deleting.
 *
 * Source: IC interface specification, "IC method take_canister_snapshot" and following; digest management-canister section 6.
 */

import {bigEndian64, concatBytes, toHex} from '../../base/bytes.js'
import {type CanisterId, principalToBytes, principalToText} from '../../protocol/principal.js'
import {snapshotBytes} from '../cycles/memory-usage.js'
import type {CanisterSnapshot, CanisterState} from '../state/canister-state.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {type ChangeCharge, payForChange} from './change-charge.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reject, reply, touch} from './management-call.js'

export interface SnapshotArgs extends CanisterIdArgs {
  readonly snapshot_id: Uint8Array
}

const MAX_SNAPSHOTS = 10
/** Charged beside one instruction for each byte, for taking, loading and creating a snapshot. Digest execution-and-cycles section 3. */
const BASE_INSTRUCTIONS = 2_000_000_000n
/** Charged beside one instruction for each byte, for reading and writing a slice. */
const SLICE_INSTRUCTIONS = 5_000_000n
/** Length of the counter in front of the canister id. */
const COUNTER_BYTES = 8

export function listCanisterSnapshots(_call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  return reply([...canister.snapshots.keys()].sort().map((key) => snapshotValue(canister.snapshots.get(key)!)))
}

export function deleteCanisterSnapshot(call: ManagementCall<SnapshotArgs>, canister: CanisterState): ManagementStep {
  const snapshot = findSnapshot(call, canister, call.args.snapshot_id)
  if ('kind' in snapshot) return snapshot
  canister.snapshots.delete(toHex(snapshot.id))
  touch(call.state, canister.id)
  return reply()
}

export function snapshotValue(snapshot: CanisterSnapshot): Record<string, unknown> {
  return {id: snapshot.id, taken_at_timestamp: snapshot.takenAtNs, total_size: BigInt(snapshotBytes(snapshot))}
}

/** A snapshot of this canister, or the refusal. */
export function findSnapshot(
  {state}: {readonly state: ReplicatedState},
  canister: CanisterState,
  id: Uint8Array,
): CanisterSnapshot | ManagementStep {
  const key = toHex(id)
  const snapshot = canister.snapshots.get(key)
  if (snapshot) return snapshot
  const owner = findOwner(state, id)
  if (!owner?.snapshots.has(key)) return snapshotNotFound(id, canister.id)
  return reject('IC0406', `The snapshot ${key} does not belong to canister ${principalToText(canister.id)}.`)
}

/** The canister that the snapshot's id names. */
export function findOwner(state: ReplicatedState, id: Uint8Array): CanisterState | undefined {
  return state.canisters.get(toHex(id.subarray(COUNTER_BYTES)) as CanisterId)
}

export function snapshotNotFound(id: Uint8Array, canisterId: CanisterId): ManagementStep {
  return reject('IC0305', `Could not find the snapshot ID ${toHex(id)} for canister ${principalToText(canisterId)}.`)
}

/** Of the next snapshot of this canister: `BE64(counter) ‖ canister id`. */
export function nextSnapshotId(canister: CanisterState): Uint8Array {
  return concatBytes(bigEndian64(canister.nextSnapshotNumber), principalToBytes(canister.id))
}

/** Why there is no room for one more snapshot, or for one in the place of `replacedId`. */
export function findSlotRefusal(
  call: {readonly state: ReplicatedState},
  canister: CanisterState,
  replacedId: Uint8Array | undefined,
): ManagementStep | undefined {
  if (replacedId) {
    const replaced = findSnapshot(call, canister, replacedId)
    return 'kind' in replaced ? replaced : undefined
  }
  if (canister.snapshots.size < MAX_SNAPSHOTS) return undefined
  return reject('IC0406', `Canister ${principalToText(canister.id)} has reached the maximum number of snapshots allowed: ${MAX_SNAPSHOTS}.`)
}

/** Pays for a new snapshot and stores it in the place of `replacedId`; `change` is what else happens to the canister. */
export function storeSnapshot(
  call: ManagementCall<unknown>,
  canister: CanisterState,
  snapshot: CanisterSnapshot,
  {replacedId, change = {}}: {readonly replacedId: Uint8Array | undefined; readonly change?: Partial<CanisterState>},
): ManagementStep | undefined {
  const snapshots = new Map(canister.snapshots)
  if (replacedId) snapshots.delete(toHex(replacedId))
  snapshots.set(toHex(snapshot.id), snapshot)
  const refusal = payForChange(call, canister, {snapshots, ...change}, wholeSnapshotCharge(snapshot))
  if (refusal) return refusal
  if (replacedId) canister.snapshots.delete(toHex(replacedId))
  canister.snapshots.set(toHex(snapshot.id), snapshot)
  canister.nextSnapshotNumber++
  touch(call.state, canister.id)
  return undefined
}

export function wholeSnapshotCharge(snapshot: CanisterSnapshot): ChangeCharge {
  return {instructions: BASE_INSTRUCTIONS + BigInt(snapshotBytes(snapshot)), refuse: refuseCharge}
}

export function sliceCharge(sizeBytes: number): ChangeCharge {
  return {instructions: SLICE_INSTRUCTIONS + BigInt(sizeBytes), refuse: refuseCharge}
}

const refuseCharge = (reason: string): ManagementStep => reject('IC0207', `Canister snapshotting failed with: \`${reason}\``)
