/** The canister history: the last 20 changes are kept, all are counted. IC interface specification, "Canister history". */

import type {CanisterChangeDetails, CanisterChangeOrigin, CanisterState} from '../state/canister-state.js'

const KEPT_CHANGES = 20

/** Records a change that has just been made: `canister.version` is already the one after it. */
export function recordChange(
  canister: CanisterState,
  timestampNs: bigint,
  origin: CanisterChangeOrigin,
  details: CanisterChangeDetails,
): void {
  const change = {timestampNs, canisterVersion: canister.version, origin, details}
  canister.history = {
    totalChanges: canister.history.totalChanges + 1n,
    changes: [...canister.history.changes, change].slice(-KEPT_CHANGES),
  }
}
