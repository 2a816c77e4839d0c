/**
 * Removes a canister's code and all that code owns: `uninstall_code`, and canisters that ran out of cycles.
 *
 * Effects: no module, heap, stable memory, chunks, log, certified data or timer; open call contexts are answered with "Canister has been
 * uninstalled." and their late responses only bring refunds. Balance, settings, status, snapshots and history stay; counting the
 * version and recording the change is the caller's. Source: digest management-canister section 3; execution-and-cycles section 2, rule 7.
 */

import {EMPTY_BYTES} from '../../base/bytes.js'
import type {CanisterState} from '../state/canister-state.js'
import {abandonCallContexts} from './call-context-life.js'
import type {Answer} from './environment.js'

export function uninstallCode(canister: CanisterState): Answer[] {
  canister.code = undefined
  canister.chunkStore.clear()
  canister.logs = {nextIndex: canister.logs.nextIndex, records: []}
  canister.certifiedData = EMPTY_BYTES
  canister.globalTimerNs = 0n
  canister.lowWasmMemoryHook = 'condition_not_satisfied'
  return abandonCallContexts(canister)
}
