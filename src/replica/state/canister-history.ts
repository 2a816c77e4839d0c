/** The last changes of a canister: `canister_info`. Digest management-canister section 4. */

import type {CanisterChange, CanisterChangeDetails, CanisterChangeOrigin, CanisterState} from './canister-state.js'

/** Kept entries; the total counts all. */
const MAX_KEPT_CHANGES = 20

/** Adds a change, at the canister's present version. */
export function recordChange(
  canister: CanisterState,
  timestampNs: bigint,
  origin: CanisterChangeOrigin,
  details: CanisterChangeDetails,
): void {
  const change: CanisterChange = {timestampNs, canisterVersion: canister.version, origin, details}
  canister.history = {
    totalChanges: canister.history.totalChanges + 1n,
    changes: [...canister.history.changes, change].slice(-MAX_KEPT_CHANGES),
  }
}
