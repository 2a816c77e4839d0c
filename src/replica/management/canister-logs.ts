/**
 * `fetch_canister_logs`: the newest 4 KiB of a canister's log, oldest first. Query only.
 *
 * Source: IC interface specification, "IC method fetch_canister_logs"; digest management-canister section 7.
 */

import {principalToText} from '../../protocol/principal.js'
import type {CanisterState} from '../state/canister-state.js'
import {isVisibleTo} from './canister-status.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {type ManagementCall, type ManagementStep, reject, reply} from './management-call.js'

export function fetchCanisterLogs(call: ManagementCall<CanisterIdArgs>, canister: CanisterState): ManagementStep {
  if (!isVisibleTo(canister, canister.settings.logVisibility, call.sender))
    return reject('IC0406', `Caller ${principalToText(call.sender)} is not allowed to access canister logs`)
  return reply({
    canister_log_records: canister.logs.records.map(({index, timestampNs, content}) => ({
      idx: index,
      timestamp_nanos: timestampNs,
      content,
    })),
  })
}
